"""Looking at an answer: the player with its overlay, the timeline, the downloads."""

import csv
import io
import json
import pathlib
from typing import Any

from playwright.sync_api import Page

from .checklist import Checklist, eventually
from .served import Server
from .watching import Browsing

# What stands on the overlay: how many pixels, where they begin and end in pixels of the page, and
# all of it as a text to be compared.
DRAWN = """(canvas) => {
  const { width, height } = canvas;
  if (!width || !height) return { count: 0, text: "" };
  const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  let count = 0, left = width, right = -1, bottom = -1;
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
    if (data[(y * width + x) * 4 + 3] === 0) continue;
    count += 1; left = Math.min(left, x); right = Math.max(right, x); bottom = Math.max(bottom, y);
  }
  const scale = canvas.clientWidth / width;
  return { count, left: left * scale, right: (right + 1) * scale, bottom: (bottom + 1) * scale,
    text: canvas.toDataURL() };
}"""

# What the page should have drawn at a time of a judged picture: the outermost sides of its boxes.
EXPECTED = """async (address) => {
  const { result } = await (await fetch(address)).json();
  const video = document.getElementById("video"), canvas = document.getElementById("overlay");
  const size = result.finding.video;
  const scale = Math.min(canvas.clientWidth / size.width, canvas.clientHeight / size.height);
  const left = (canvas.clientWidth - size.width * scale) / 2;
  const top = (canvas.clientHeight - size.height * scale) / 2;
  const boxes = result.finding.faces.map((face) =>
    face.frames.find((f) => Math.abs(f.seconds - video.currentTime) < 0.02)?.box).filter(Boolean);
  return { count: boxes.length, left: left + scale * Math.min(...boxes.map((box) => box[0])),
    right: left + scale * Math.max(...boxes.map((box) => box[2])),
    bottom: top + scale * Math.max(...boxes.map((box) => box[3])) };
}"""


def drawn(page: Page) -> dict[str, Any]:
    """What stands on the overlay."""
    state: dict[str, Any] = page.locator("#overlay").evaluate(DRAWN)
    return state


def settled(page: Page) -> dict[str, Any]:
    """What stands on the overlay when nothing moves any more."""
    last = drawn(page)

    def again() -> bool:
        nonlocal last
        page.wait_for_timeout(150)
        before, last = last, drawn(page)
        return bool(before["text"] == last["text"])

    eventually(page, again, bool, 10)
    return last


def clock(page: Page) -> dict[str, Any]:
    """How the player stands."""
    state: dict[str, Any] = page.locator("#video").evaluate(
        "(v) => ({ time: v.currentTime, isPaused: v.paused, isSeeking: v.seeking, "
        "ready: v.readyState, error: v.error?.message ?? null })"
    )
    return state


def is_at(page: Page, seconds: float) -> dict[str, Any]:
    """Waits until the player shows a time; how it stands then."""
    return eventually(
        page,
        lambda: clock(page),
        lambda state: abs(state["time"] - seconds) < 0.1 and not state["isSeeking"],
        10,
    )


def check_plays(checks: Checklist, page: Page, name: str) -> None:
    """Plays the video as a person does, by a click into it."""
    eventually(page, lambda: clock(page), lambda state: state["ready"] >= 1, 20)
    page.locator("#video").scroll_into_view_if_needed()
    page.locator("#video").click()
    state = eventually(page, lambda: clock(page), lambda state: state["time"] > 0.2, 20)
    checks.check(
        f"{name} plays", state["time"] > 0.2 and state["error"] is None, "a time above 0.2 s", state
    )
    page.locator("#video").evaluate("(v) => v.pause()")


def look_at_answer(checks: Checklist, browsing: Browsing, server: Server, analysis: str) -> None:
    """Plays, seeks, and switches boxes and heat map on and off."""
    context, watch = browsing.context(server.origin)
    page = context.new_page()
    page.goto(f"/analyses/{analysis}")
    check_plays(checks, page, "player: the video")
    moments = page.locator(".timeline .moment")
    count = moments.count()
    checks.check("timeline: it has moments", count > 4, "more than 4", count)
    for index in (count - 2, count // 2):
        moment = moments.nth(index)
        seconds = float(moment.get_attribute("data-seconds") or "nan")
        moment.click()
        state = is_at(page, seconds)
        checks.check(
            f"timeline: a click on moment {index} seeks to it",
            abs(state["time"] - seconds) < 0.1 and state["isPaused"],
            f"{seconds} s, paused",
            state,
        )
    boxes = settled(page)
    checks.check("overlay: boxes are drawn", boxes["count"] > 0, "pixels", boxes["count"])
    expected = page.evaluate(EXPECTED, f"/api/analyses/{analysis}")
    differences = {side: boxes.get(side, -1e9) - expected[side] for side in ("left", "bottom")}
    # The line is 5 pixels wide in all; the label may be wider than the box to the right.
    checks.check(
        "overlay: boxes lie around the faces",
        expected["count"] > 0 and all(abs(value) < 5 for value in differences.values()),
        "sides less than 5 pixels from the finding's",
        differences,
    )
    _check_toggles(checks, page, boxes)
    playhead = page.locator(".playhead").first.get_attribute("visibility")
    checks.equal("timeline: the playhead is seen", playhead, "visible")
    checks.equal("player: the console has no error", watch.errors, [])
    context.close()


def _check_toggles(checks: Checklist, page: Page, boxes: dict[str, Any]) -> None:
    page.locator("#heat-toggle").click()
    heat = settled(page)
    checks.check(
        "overlay: the heat map changes it",
        heat["text"] != boxes["text"] and heat["count"] > boxes["count"],
        f"more than {boxes['count']} pixels",
        heat["count"],
    )
    checks.equal(
        "overlay: the heat map's button is pressed",
        page.locator("#heat-toggle").get_attribute("aria-pressed"),
        "true",
    )
    page.locator("#heat-toggle").click()
    checks.check(
        "overlay: without the heat map it is as before",
        settled(page)["text"] == boxes["text"],
        "the same pixels",
        "others",
    )
    page.locator("#boxes-toggle").click()
    checks.equal("overlay: without boxes it is empty", settled(page)["count"], 0)
    page.locator("#boxes-toggle").click()
    checks.check(
        "overlay: with boxes it is as before",
        settled(page)["text"] == boxes["text"],
        "the same pixels",
        "others",
    )


def download_all(
    checks: Checklist,
    browsing: Browsing,
    server: Server,
    analysis: str,
    name: str,
    folder: pathlib.Path,
) -> None:
    """Takes JSON, CSV and report along by the page's links."""
    context, watch = browsing.context(server.origin)
    page = context.new_page()
    page.goto(f"/analyses/{analysis}")
    shown = page.locator("#verdict").get_attribute("data-verdict") or ""
    texts = {}
    for kind in ("json", "csv", "report"):
        with page.expect_download() as waiting:
            page.locator(f"#download-{kind}").click()
        path = folder / f"{kind}.download"
        waiting.value.save_as(path)
        texts[kind] = path.read_text(encoding="utf-8")
        ending = "html" if kind == "report" else kind
        suggested = waiting.value.suggested_filename
        checks.check(
            f"download: the {kind} has a name to be kept under",
            suggested.endswith(f".{ending}") and suggested.startswith("harbour"),
            f"harbour...{ending}",
            suggested,
        )
    finding = json.loads(texts["json"])
    checks.equal(
        "download: the JSON has the verdict shown",
        str(finding.get("verdict")).replace(" ", "-"),
        shown,
    )
    checks.equal("download: the JSON names the file", finding.get("input"), name)
    rows = list(csv.reader(io.StringIO(texts["csv"])))
    checks.equal("download: the CSV has a header and one row", len(rows), 2)
    checks.check(
        "download: the CSV's row is whole and has the verdict",
        len(rows) == 2 and len(rows[0]) == len(rows[1]) and shown.replace("-", " ") in rows[1],
        f"{shown} among as many cells",
        rows,
    )
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    forms = {escaped, escaped.replace("'", "&#39;"), escaped.replace("'", "&apos;")}
    report = texts["report"]
    checks.check(
        "download: the report is a page with the file's name",
        report.lstrip().lower().startswith("<!doctype html")
        and any(form in report for form in forms),
        f"HTML with {escaped}",
        report[:300],
    )
    checks.equal("download: the page stays", watch.visits, [f"/analyses/{analysis}"])
    checks.equal("download: the console has no error", watch.errors, [])
    context.close()
