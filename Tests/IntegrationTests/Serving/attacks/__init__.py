"""Attacks on a running `detector serve`, by what they attack; hostile.py runs them."""
