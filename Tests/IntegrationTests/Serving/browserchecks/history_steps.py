"""The history: searching and deleting."""

from playwright.sync_api import Page

from .checklist import Checklist, eventually
from .served import Server
from .watching import Browsing


def search_and_delete(
    checks: Checklist, browsing: Browsing, server: Server, analysis: str, word: str
) -> None:
    """Finds an analysis by a word of its name, and deletes it."""
    context, watch = browsing.context(server.origin, allowed=("404",))
    page = context.new_page()
    page.goto("/")
    all_names = _names(page)
    checks.check("history: all are listed", len(all_names) >= 5, "5 or more", all_names)
    _search(page, word)
    found = _names(page)
    checks.check(
        "history: a word of the name finds it and no other",
        len(found) == 1 and word in found[0],
        f"one with {word}",
        found,
    )
    checks.equal(
        "history: the word stays in the field", page.locator("#search-text").input_value(), word
    )
    _search(page, "no-such-name")
    empty = page.locator("#history-empty").inner_text()
    checks.equal("history: nothing found is told", empty, "No analysis matches.")
    _search(page, "", verdict="failed")
    words = page.locator("#history .outcome .word").all_inner_texts()
    checks.check(
        "history: the answer narrows it",
        len(words) >= 1 and all(text.strip() == "Failed" for text in words),
        "Failed only",
        words,
    )
    page.locator("#clear-search").click()
    checks.equal("history: all can be shown again", _names(page), all_names)
    _delete(checks, page, server, analysis)
    checks.equal("history: the console has no error", watch.errors, [])
    context.close()


def _delete(checks: Checklist, page: Page, server: Server, analysis: str) -> None:
    entry = page.locator(f"#history .entry[data-analysis='{analysis}']")
    dialog = page.locator("#delete-dialog")
    entry.locator("button").click()
    asked = dialog.inner_text()
    checks.check(
        "delete: it is asked before, by name",
        "Delete this analysis?" in asked and entry.locator(".name").inner_text() in asked,
        "the question",
        asked,
    )
    dialog.get_by_text("Keep it").click()
    checks.equal("delete: what is kept stays", entry.count(), 1)
    entry.locator("button").click()
    page.locator("#delete-confirm").click()
    count = eventually(page, entry.count, lambda count: count == 0, 10)
    checks.equal("delete: the entry is gone", count, 0)
    page.reload()
    checks.equal("delete: the entry is gone after a reload", entry.count(), 0)
    response = page.goto(f"/analyses/{analysis}")
    checks.equal("delete: its address gives 404", response and response.status, 404)
    checks.check(
        "delete: the page of 404 leads on",
        page.locator("main a[href='/']").count() == 1,
        "a link to the first page",
        page.inner_text("main"),
    )
    status = page.context.request.get(f"{server.origin}/api/analyses/{analysis}/video").status
    checks.equal("delete: its video gives 404", status, 404)


def _names(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#history .entry .name").all_inner_texts()]


def _search(page: Page, text: str, verdict: str | None = None) -> None:
    page.locator("#search-text").fill(text)
    if verdict:
        page.locator("#search-verdict").select_option(verdict)
    with page.expect_navigation():
        page.locator("#search button").click()
