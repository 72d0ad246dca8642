"""How pages look: accessibility, width and screenshots, on large and small screens."""

import pathlib
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .checklist import Checklist
from .clips import Clips
from .player_steps import is_at
from .served import Server
from .watching import Browsing

SIZES = {1280: 800, 390: 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What sticks out of a page that is too wide.
WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const name = (e) => `${e.localName}#${e.id}.${e.getAttribute("class") ?? ""}`;
  return `${root.scrollWidth} in ${root.clientWidth}: ` + [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1).slice(0, 5)
    .map(name).join(" ");
}"""
# Loads the pictures further down as well, and waits until all of them are there.
PICTURES = """async () => {
  for (const image of document.images) image.loading = "eager";
  const video = document.getElementById("video");
  const end = Date.now() + 10000;
  const isThere = () => [...document.images].every((image) => image.complete)
    && (!video || video.readyState >= 2 || video.error);
  while (!isThere() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  return [...document.images].filter((image) => !image.naturalWidth).map((image) => image.src);
}"""


class Looks:
    """Looks at pages in each size and colour scheme."""

    def __init__(self, checks: Checklist, folder: pathlib.Path) -> None:
        """`folder` takes the screenshots."""
        self._checks = checks
        self._folder = folder
        self._axe = Axe()
        folder.mkdir(parents=True, exist_ok=True)

    def at(self, page: Page, name: str) -> None:
        """Checks a page as it stands, and takes its pictures."""
        missing = page.evaluate(PICTURES)
        self._checks.equal(f"{name}: all pictures are there", missing, [])
        violations, wide = [], []
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.wait_for_timeout(150)
                for violation in self._axe.run(page).response["violations"]:
                    violations.append(f"{violation['id']} at {width} {scheme}")
                    for node in violation["nodes"][:3]:
                        print(f"      {violations[-1]}: {node['html'][:200]}", flush=True)
                path = self._folder / f"{name.replace(' ', '-')}-{width}-{scheme}.png"
                page.screenshot(path=path, full_page=True)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 700})
            page.wait_for_timeout(100)
            if found := page.evaluate(WIDE):
                wide.append(found)
        page.set_viewport_size({"width": 1280, "height": 800})
        self._checks.equal(f"{name}: axe finds nothing", violations, [])
        self._checks.equal(f"{name}: it fits 390 and 320 pixels", wide, [])


def look_at_empty(looks: Looks, browsing: Browsing, server: Server) -> None:
    """The first page before there is anything."""
    context, _ = browsing.context(server.origin)
    page = context.new_page()
    page.goto("/")
    looks.at(page, "home empty")
    context.close()


def look_at_running(
    checks: Checklist, looks: Looks, browsing: Browsing, server: Server, clips: Clips
) -> None:
    """What runs and what waits, held still."""
    context, watch = browsing.context(server.origin)
    page = context.new_page()
    running = server.add(clips.long, "long.mp4")
    with server.slowed():
        server.running(running)
    with server.paused():
        waiting = server.add(clips.short, "waits.mp4")
        page.goto(f"/analyses/{running}")
        checks.equal("running: the page shows it", page.locator("#waiting").count(), 1)
        looks.at(page, "running")
        page.goto(f"/analyses/{waiting}")
        status = page.locator("#status").inner_text()
        expected = "Waiting for its turn: it is the next"
        checks.equal("queued: the page says which place it has", status, expected)
        looks.at(page, "queued")
        page.goto("/")
        words = [t.strip() for t in page.locator("#history .outcome .word").all_inner_texts()]
        checks.check(
            "running: the history shows it",
            {"Running", "Waiting"} <= set(words),
            "Running and Waiting",
            words,
        )
        looks.at(page, "home running")
    page.wait_for_function(
        "() => ![...document.querySelectorAll('#history .outcome .word')]"
        ".some((word) => ['Running', 'Waiting'].includes(word.textContent))",
        timeout=120_000,
    )
    checks.check(
        "running: the history shows the ends by itself",
        watch.visits.count("/") == 1,
        "one visit",
        watch.visits,
    )
    checks.equal(
        "running: entries are all there",
        page.locator("#history .outcome").count(),
        page.locator("#history .entry").count(),
    )
    checks.equal("running: the console has no error", watch.errors, [])
    context.close()


def look_at_ends(
    looks: Looks, browsing: Browsing, server: Server, analyses: dict[str, str]
) -> None:
    """Answers, failures, the question before deleting, and what isn't there."""
    context, _ = browsing.context(server.origin)
    page = context.new_page()
    for kind in ("done", "two faces", "avi", "picture", "failed"):
        page.goto(f"/analyses/{analyses[kind]}")
        page.locator("#verdict, #failure").first.wait_for()
        moments = page.locator(".timeline .moment")
        if kind == "two faces":
            page.locator("#heat-toggle").click()
        if count := moments.count():
            moment = moments.nth(count // 3)
            moment.click()
            is_at(page, float(moment.get_attribute("data-seconds") or 0))
            page.mouse.move(0, 0)
        looks.at(page, kind)
    page.locator("#delete").click()
    looks.at(page, "question")
    page.goto("/")
    looks.at(page, "home history")
    page.goto("/?q=nothing+has+this+name")
    looks.at(page, "home nothing found")
    page.goto("/analyses/" + "a" * 26)
    looks.at(page, "404")
    context.close()


def look_at_login(looks: Looks, browsing: Browsing, server: Server) -> None:
    """The form for the token, before and after a wrong one."""
    context, _ = browsing.context(server.origin)
    page = context.new_page()
    page.goto("/")
    looks.at(page, "login")
    page.locator("#token").fill("wrong")
    page.keyboard.press("Enter")
    page.locator("#login-error").wait_for()
    looks.at(page, "login failed")
    context.close()
