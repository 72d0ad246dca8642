"""The parts of browser.py: what is started, what is watched, and the steps of a person."""
