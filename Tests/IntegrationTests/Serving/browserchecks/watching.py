"""What a browser does behind the page: requests, errors, shifts of the layout."""

import dataclasses
import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response

# Runs in each page before its own script, and tells the test what a person would see.
OBSERVER = """(() => {
  if (!location.protocol.startsWith("http") || !window.observed) return;
  const tell = (kind, value) => { window.observed(kind, value).catch(() => {}); };
  const name = (node) => node?.nodeType !== 1 ? "text"
    : `${node.localName}#${node.id}.${node.getAttribute("class") ?? ""}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      tell("shift", { value: entry.value, load: performance.timeOrigin, path: location.pathname,
        moved: entry.sources.map((source) => name(source.node)).join(" ") });
    }
  }).observe({ type: "layout-shift", buffered: true });
  addEventListener("securitypolicyviolation", (event) =>
    tell("blocked", `${event.violatedDirective}: ${event.blockedURI}`));
  const told = new Map();
  const look = () => {
    for (const [kind, selector, read] of [
      ["upload-share", ".upload progress:not([hidden])", (e) => e.getAttribute("value")],
      ["upload-status", ".upload .status", (e) => e.textContent.trim()],
      ["share", "#progress", (e) => e.getAttribute("value")],
      ["status", "#status", (e) => e.textContent.trim()],
      ["step", "[data-step][aria-current]", (e) => e.dataset.step],
      ["preview", "#player", (e) => e.dataset.preview],
    ]) {
      for (const element of document.querySelectorAll(selector)) {
        const value = read(element);
        if (value === null || told.get(element)?.[kind] === value) continue;
        told.set(element, { ...told.get(element), [kind]: value });
        tell(kind, value);
      }
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["value", "aria-current", "hidden"],
  });
})()"""


@dataclasses.dataclass
class Watch:
    """All that was seen of one browser context."""

    origin: str
    # Errors that a step provokes, and browsers write into the console: parts of their text.
    allowed: tuple[str, ...] = ()
    errors: list[str] = dataclasses.field(default_factory=list)
    foreign: list[str] = dataclasses.field(default_factory=list)
    blocked: list[str] = dataclasses.field(default_factory=list)
    requests: int = 0
    # Streams of events that were answered as such.
    streams: list[str] = dataclasses.field(default_factory=list)
    # Addresses that the main frame went to.
    visits: list[str] = dataclasses.field(default_factory=list)
    observed: list[tuple[str, Any]] = dataclasses.field(default_factory=list)

    def of(self, kind: str) -> list[Any]:
        """What was observed of a kind, in order."""
        return [value for other, value in self.observed if other == kind]

    def shifts(self) -> dict[str, tuple[float, str]]:
        """The sum of the shifts of each page load, with what moved; by path and load."""
        sums: dict[str, tuple[float, str]] = {}
        for shift in self.of("shift"):
            key = f"{re.sub('[a-z2-7]{26}', 'ID', shift['path'])} ({shift['load']})"
            value, moved = sums.get(key, (0.0, ""))
            sums[key] = (value + shift["value"], f"{moved} {shift['value']:.4f}:{shift['moved']}")
        return sums

    def attach(self, context: BrowserContext) -> None:
        """Watches a context, before its first page."""
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)
        context.on("console", lambda message: self._error(message.type, message.text))
        context.on("weberror", lambda error: self._error("error", str(error.error)))
        context.on("page", self._page)
        context.expose_binding("observed", lambda _, kind, value: self._observe(kind, value))
        context.add_init_script(OBSERVER)

    def _page(self, page: Page) -> None:
        def went(frame: Any) -> None:
            if frame == page.main_frame:
                self.visits.append(frame.url.removeprefix(self.origin))

        page.on("framenavigated", went)

    def _observe(self, kind: str, value: Any) -> None:
        if kind == "blocked":
            self.blocked.append(value)
        else:
            self.observed.append((kind, value))

    def _request(self, request: Request) -> None:
        self.requests += 1
        if not request.url.startswith((self.origin + "/", "data:")):
            self.foreign.append(request.url)

    def _response(self, response: Response) -> None:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            self.streams.append(response.url)

    def _failed(self, request: Request) -> None:
        if "csp" in (request.failure or "").lower():
            self.blocked.append(request.url)

    def _error(self, kind: str, text: str) -> None:
        if kind not in ("error", "warning"):
            return
        if "Content Security Policy" in text:
            self.blocked.append(text)
        # The test reads the canvas more often than a person's browser does.
        elif not any(part in text for part in (*self.allowed, "willReadFrequently")):
            self.errors.append(text)


class Browsing:
    """Makes contexts, and keeps what was seen of all of them."""

    def __init__(self, browser: Browser) -> None:
        """`browser` is one that runs."""
        self._browser = browser
        self.watches: list[Watch] = []

    def context(
        self, origin: str, allowed: tuple[str, ...] = (), **options: Any
    ) -> tuple[BrowserContext, Watch]:
        """A browser as if newly installed, and what watches it.

        `allowed` are parts of the console's errors that the step provokes.
        """
        context = self._browser.new_context(
            base_url=origin, viewport={"width": 1280, "height": 800}, **options
        )
        context.set_default_timeout(30_000)
        watch = Watch(origin, allowed)
        watch.attach(context)
        self.watches.append(watch)
        return context, watch
