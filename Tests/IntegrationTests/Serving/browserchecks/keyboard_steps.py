"""All of it by keyboard."""

import re

from playwright.sync_api import Page

from .checklist import Checklist
from .clips import Clips
from .player_steps import clock, is_at, settled
from .served import Server
from .watching import Browsing

ACTIVE = """() => {
  const e = document.activeElement;
  return `${e.localName}#${e.id}.${e.getAttribute("class") ?? ""} ${e.dataset?.seconds ?? ""}`;
}"""


def tab_to(page: Page, selector: str, most: int = 60, key: str = "Tab") -> bool:
    """Presses Tab until an element has the focus; whether it came to that."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return True
    return False


def use_keyboard(checks: Checklist, browsing: Browsing, server: Server, clips: Clips) -> None:
    """Gives a file in, looks at the answer and deletes it, without a mouse."""
    context, watch = browsing.context(server.origin)
    page = context.new_page()
    # Playwright takes the choosers of a page over some time after it is first asked to.
    page.on("filechooser", lambda _: None)
    page.goto("/")
    page.keyboard.press("Tab")
    checks.check(
        "keyboard: the first stop skips to the content",
        page.evaluate("document.activeElement.matches('.skip')"),
        "the link",
        page.evaluate(ACTIVE),
    )
    reached = tab_to(page, "#file-input")
    checks.check(
        "keyboard: Tab leads to the chooser", reached, "#file-input", page.evaluate(ACTIVE)
    )
    with page.expect_file_chooser() as waiting:
        page.keyboard.press("Enter")
    waiting.value.set_files(clips.short)
    page.wait_for_url(re.compile("/analyses/"), timeout=60_000)
    page.locator("#verdict").wait_for(timeout=120_000)
    analysis = page.url.rsplit("/", 1)[1]
    _moments(checks, page)
    _heat(checks, page)
    _delete(checks, page, analysis)
    checks.equal("keyboard: the console has no error", watch.errors, [])
    context.close()


def _moments(checks: Checklist, page: Page) -> None:
    # The playhead is seen when the script has all that it needs: its keys work then.
    page.locator(".playhead[visibility=visible]").first.wait_for(state="attached")
    reached = tab_to(page, "a.moment")
    if not checks.check(
        "keyboard: Tab leads to a moment", reached, "a.moment", page.evaluate(ACTIVE)
    ):
        return
    index = "[...document.querySelectorAll('a.moment')].indexOf(document.activeElement)"
    places = [page.evaluate(index)]
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
        places.append(page.evaluate(index))
    first = places[0]
    checks.equal(
        "keyboard: arrow keys go among moments",
        [place - first for place in places],
        [0, 1, 2, 1, 2],
    )
    outlined = page.evaluate(
        """() => {
          const column = document.activeElement.querySelector(".column");
          const style = (element) => getComputedStyle(element);
          return style(document.activeElement).outlineStyle !== "none"
            || style(column).stroke !== "none";
        }"""
    )
    checks.equal("keyboard: the moment with the focus is marked", outlined, True)
    seconds = float(page.evaluate("document.activeElement.dataset.seconds"))
    page.locator("#video").evaluate("(v) => { v.currentTime = 0; }")
    is_at(page, 0)
    page.keyboard.press("Enter")
    state = is_at(page, seconds)
    checks.check(
        "keyboard: Enter seeks to the moment",
        abs(state["time"] - seconds) < 0.1,
        f"{seconds} s",
        state,
    )
    page.keyboard.press("End")
    last = float(page.evaluate("document.activeElement.dataset.seconds"))
    checks.check(
        "keyboard: End leads to the last moment", last > seconds, f"above {seconds} s", last
    )
    is_at(page, last)
    reached = tab_to(page, "a.moment", most=1)
    checks.check(
        "keyboard: a timeline is one stop", not reached, "the next thing", page.evaluate(ACTIVE)
    )


def _heat(checks: Checklist, page: Page) -> None:
    reached = tab_to(page, "#heat-toggle", key="Shift+Tab")
    checks.check(
        "keyboard: Shift+Tab leads to the heat map's button",
        reached,
        "#heat-toggle",
        page.evaluate(ACTIVE),
    )
    before = settled(page)["text"]
    page.keyboard.press("Space")
    pressed = page.locator("#heat-toggle").get_attribute("aria-pressed")
    checks.equal("keyboard: Space presses it", pressed, "true")
    checks.check(
        "keyboard: the heat map is drawn",
        settled(page)["text"] != before,
        "other pixels",
        f"the same, at {clock(page)}",
    )


def _delete(checks: Checklist, page: Page, analysis: str) -> None:
    reached = tab_to(page, "#delete")
    checks.check("keyboard: Tab leads to Delete", reached, "#delete", page.evaluate(ACTIVE))
    page.keyboard.press("Enter")
    dialog = page.locator("#delete-dialog")
    dialog.wait_for()
    safe = page.evaluate("document.activeElement.value")
    checks.equal("keyboard: the question begins at what does no harm", safe, "keep")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    checks.check(
        "keyboard: Escape ends the question, where it began",
        page.evaluate("document.activeElement.id") == "delete",
        "#delete",
        page.evaluate(ACTIVE),
    )
    page.keyboard.press("Enter")
    dialog.wait_for()
    reached = tab_to(page, "#delete-confirm", most=4)
    checks.check(
        "keyboard: Tab leads to the confirmation", reached, "#delete-confirm", page.evaluate(ACTIVE)
    )
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/$"), timeout=20_000)
    count = page.locator(f"#history .entry[data-analysis='{analysis}']").count()
    checks.equal("keyboard: it is deleted", count, 0)
