"""All of it without JavaScript."""

import re

from .checklist import Checklist, eventually
from .clips import Clips
from .served import Server
from .upload_steps import VERDICTS
from .watching import Browsing


def use_without_script(checks: Checklist, browsing: Browsing, server: Server, clips: Clips) -> None:
    """Gives a file in by the form, waits for the answer and deletes it."""
    context, watch = browsing.context(server.origin, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("#file-input").set_input_files(clips.short)
    with server.paused():
        page.locator("#upload-button").click()
        page.wait_for_url(re.compile("/analyses/"), timeout=60_000)
        analysis = page.url.rsplit("/", 1)[1]
        status = page.locator("#status").inner_text()
        checks.check(
            "no script: what is done is told in words", len(status) > 5, "a sentence", status
        )
    before = len(watch.visits)
    page.locator("#verdict").wait_for(timeout=120_000)
    checks.check(
        "no script: the page reloads itself",
        len(watch.visits) > before,
        f"more than {before} visits",
        watch.visits,
    )
    word = page.locator("#verdict-word").inner_text().strip()
    checks.check("no script: a verdict is shown", word in VERDICTS, VERDICTS, word)
    visits = len(watch.visits)
    width = eventually(
        page,
        lambda: page.locator("#video").evaluate("(v) => v.videoWidth"),
        lambda width: width > 0,
    )
    checks.check("no script: the video is there", width > 0, "a width above 0", width)
    has_controls = page.locator("#video").evaluate("(v) => v.controls")
    checks.equal("no script: the video has controls", has_controls, True)
    buttons = [
        text
        for text in page.locator("main button:visible").all_inner_texts()
        if text.strip() != "Delete"
    ]
    checks.equal("no script: no button is shown that does nothing", buttons, [])
    page.wait_for_timeout(2500)
    checks.equal("no script: the page with the answer stays", len(watch.visits), visits)
    page.locator("#delete").click()
    page.wait_for_url(re.compile("/$"), timeout=20_000)
    count = page.locator(f"#history .entry[data-analysis='{analysis}']").count()
    checks.equal("no script: it is deleted", count, 0)
    page.locator("#file-input").set_input_files([clips.short, clips.no_video])
    page.locator("#upload-button").click()
    page.wait_for_url(re.compile("/$"), timeout=60_000)
    names = page.locator("#history .entry .name").all_inner_texts()
    both = {clips.short.name, clips.no_video.name}
    checks.check(
        "no script: two files at once are listed", both <= {n.strip() for n in names}, both, names
    )
    checks.equal("no script: the console has no error", watch.errors, [])
    context.close()
