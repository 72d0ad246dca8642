"""Giving files in: one that is dropped, and several of all kinds."""

import base64
import mimetypes
import pathlib
import re
from functools import partial

from playwright.sync_api import BrowserContext, JSHandle, Locator, Page

from .checklist import Checklist, eventually
from .clips import Clips
from .player_steps import check_plays, drawn
from .served import Server
from .watching import Browsing, Watch

VERDICTS = {"Real", "Manipulated", "Cannot tell"}
# Most that a page may move under the reader: what Core Web Vitals call good.
MOST_SHIFT = 0.1


def transfer(page: Page, *files: pathlib.Path) -> JSHandle:
    """A DataTransfer with files, made in the page."""
    contents = [
        {
            "name": file.name,
            "bytes": base64.b64encode(file.read_bytes()).decode(),
            "type": mimetypes.guess_type(file.name)[0] or "",
        }
        for file in files
    ]
    return page.evaluate_handle(
        """(files) => {
          const transfer = new DataTransfer();
          for (const { name, bytes, type } of files) {
            const content = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
            transfer.items.add(new File([content], name, { type }));
          }
          return transfer;
        }""",
        contents,
    )


def slow_uploads(context: BrowserContext, page: Page, bytes_per_second: float) -> None:
    """Makes uploads as slow as those of a person are, so that their progress can be seen."""
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_second,
        },
    )


def check_layout(checks: Checklist, name: str, watch: Watch) -> None:
    """Checks that no page moved under its reader."""
    shifts = watch.shifts()
    worst = max(shifts, key=lambda key: shifts[key][0], default=None)
    value, moved = shifts[worst] if worst else (0.0, "")
    got = f"{value:.4f} on {worst}: {moved}"
    checks.check(f"{name}: no layout jump", value < MOST_SHIFT, f"below {MOST_SHIFT}", got)


def drop_one(checks: Checklist, browsing: Browsing, server: Server, clips: Clips) -> str:
    """Drops a video and reads the verdict; returns the analysis's name."""
    context, watch = browsing.context(server.origin)
    page = context.new_page()
    page.goto("/")
    slow_uploads(context, page, clips.first.stat().st_size / 1.5)
    files = transfer(page, clips.first)
    zone = page.locator("#drop-zone")
    # The worker waits until the page is there that shows how far it is.
    with server.paused():
        zone.dispatch_event("dragenter", {"dataTransfer": files})
        zone.dispatch_event("dragover", {"dataTransfer": files})
        is_marked = page.evaluate("document.body.classList.contains('dragging')")
        checks.equal("drop: the zone shows that files can be dropped", is_marked, True)
        zone.dispatch_event("drop", {"dataTransfer": files})
        page.wait_for_url(re.compile("/analyses/[a-z2-7]{26}$"), timeout=60_000)
        page.locator("#waiting").wait_for()
        page.locator("#progress").wait_for()
    with server.slowed():
        page.locator("#verdict").wait_for(timeout=120_000)
    # The layout may move when the video is there.
    page.wait_for_timeout(700)
    analysis = page.url.rsplit("/", 1)[1]

    shares = [float(value) for value in watch.of("upload-share")]
    partly = sorted({share for share in shares if 0 < share < 1})
    checks.check(
        "drop: the upload's progress is seen",
        len(partly) >= 2 and shares == sorted(shares),
        "rising shares between 0 and 1",
        shares,
    )
    statuses = watch.of("upload-status")
    checks.check(
        "drop: the upload says what it does", "Uploading" in statuses, "Uploading", statuses
    )
    shares = [float(value) for value in watch.of("share")]
    checks.check(
        "drop: the live progress is seen",
        any(0 < share <= 1 for share in shares),
        "shares above 0",
        shares,
    )
    steps = watch.of("step")
    checks.check("drop: the step that is done is marked", "reading" in steps, "reading", steps)
    word = page.locator("#verdict-word").inner_text().strip()
    checks.check("drop: a verdict is shown", word in VERDICTS, VERDICTS, word)
    told = page.locator("#live").text_content() or ""
    checks.check(
        "drop: the title and a screen reader tell it",
        page.title().startswith(word) and told.startswith(word),
        word,
        f"{page.title()} | {told}",
    )
    checks.equal(
        "drop: no page was loaded by hand or twice", watch.visits, ["/", f"/analyses/{analysis}"]
    )
    checks.check(
        "drop: the progress came by server-sent events",
        len(watch.streams) > 0,
        "an answer of text/event-stream",
        watch.streams,
    )
    heading = page.locator("h1").inner_text()
    checks.equal("drop: the name is shown as it is", heading, clips.first.name)
    check_layout(checks, "drop", watch)
    context.close()
    return analysis


def give_several(
    checks: Checklist, browsing: Browsing, server: Server, clips: Clips, faces: int
) -> dict[str, str]:
    """Gives files of all kinds in, two and three at once; returns the analyses by kind.

    `faces` is how many faces of a video the model judges.
    """
    context, watch = browsing.context(server.origin)
    page = context.new_page()
    page.goto("/")
    page.locator("#file-input").set_input_files([clips.two_faces, clips.no_video])
    two = _lines(
        checks, page, "two at once", [(clips.two_faces, VERDICTS), (clips.no_video, {"Failed"})]
    )
    page.locator("#file-input").set_input_files([clips.avi, clips.hevc, clips.picture])
    three = _lines(
        checks,
        page,
        "other kinds",
        [(clips.avi, VERDICTS), (clips.hevc, VERDICTS), (clips.picture, VERDICTS)],
        before=2,
    )
    checks.equal("two at once: one page shows all of it", watch.visits, ["/"])
    check_layout(checks, "two at once", watch)
    names = ["two faces", "failed", "avi", "hevc", "picture"]
    analyses = dict(zip(names, two + three, strict=True))
    if faces < 2:
        checks.skip("two faces: each has a row and a timeline", "the model judges one (--one-face)")
    else:
        _check_two_faces(checks, page, analyses["two faces"])
    _check_failed(checks, page, analyses["failed"])
    for kind in ("avi", "hevc"):
        page.goto(f"/analyses/{analyses[kind]}")
        page.locator("#video").wait_for(timeout=60_000)
        check_plays(checks, page, f"{kind}: the preview")
        hint = page.locator("#stage").inner_text()
        checks.check(
            f"{kind}: it is said that this is a preview", "preview" in hint, "preview", hint
        )
    _check_picture(checks, page, analyses["picture"])
    checks.equal("several: the console has no error", watch.errors, [])
    context.close()
    return analyses


def _lines(
    checks: Checklist,
    page: Page,
    name: str,
    files: list[tuple[pathlib.Path, set[str]]],
    before: int = 0,
) -> list[str]:
    """Waits for the lines of uploads; returns the names of their analyses."""
    lines = page.locator("#uploads .upload")
    count = eventually(page, lines.count, lambda count: count == before + len(files))
    checks.equal(f"{name}: each file has a line", count - before, len(files))
    ends = VERDICTS | {"Failed"}
    analyses = []
    for index, (file, words) in enumerate(files, before):
        line = lines.nth(index)
        word = eventually(page, partial(_word, line), lambda word: word in ends, 120)
        checks.check(f"{name}: {file.name} ends", word in words, words, word)
        shown = line.locator(".name").inner_text()
        checks.equal(f"{name}: {file.name} is named", shown, file.name)
        link = line.locator(".name a").get_attribute("href") or ""
        analyses.append(link.rsplit("/", 1)[-1])
    return analyses


def _word(line: Locator) -> str:
    """The word that a line of an upload ends with; empty before."""
    return "".join(line.locator(".status .word").all_inner_texts()).strip()


def _check_two_faces(checks: Checklist, page: Page, analysis: str) -> None:
    page.goto(f"/analyses/{analysis}")
    page.locator("#verdict").wait_for()
    rows = page.locator("#faces tbody tr").count()
    checks.check("two faces: each has a row", rows >= 2, "2 or more", rows)
    charts = page.locator(".timeline").count()
    checks.check("two faces: each has a timeline", charts >= 2, "2 or more", charts)


def _check_failed(checks: Checklist, page: Page, analysis: str) -> None:
    page.goto(f"/analyses/{analysis}")
    reason = page.locator("#failure .reason").inner_text()
    words = re.findall(r"[A-Za-z’']{2,}", reason)
    checks.check("failed: the reason is told in words", len(words) >= 3, "a sentence", reason)
    checks.check("failed: no path of the server is told", "/" not in reason, "no path", reason)
    checks.check(
        "failed: it is said what to try",
        "What to try" in page.inner_text("#failure"),
        "What to try",
        page.inner_text("#failure"),
    )


def _check_picture(checks: Checklist, page: Page, analysis: str) -> None:
    page.goto(f"/analyses/{analysis}")
    picture = page.locator("#picture")
    width = eventually(
        page,
        lambda: picture.evaluate("(e) => e.complete ? e.naturalWidth : 0"),
        lambda width: width > 0,
    )
    checks.check("picture: it is shown", width > 0, "a width above 0", width)
    count = eventually(page, lambda: drawn(page)["count"], lambda count: count > 0)
    checks.check("picture: boxes are drawn", count > 0, "pixels", count)
    text = page.inner_text("main")
    checks.check(
        "picture: it isn't called a video",
        "the video" not in text.lower(),
        "no word of a video",
        text,
    )
