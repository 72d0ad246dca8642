"""Looks at a report in a real browser, with JavaScript off for the page and the network watched.

    pip install playwright
    python check_page.py CHROMIUM REPORT.html PICTURES

CHROMIUM is the browser's executable. Pictures of the whole page go into the folder PICTURES: wide and
as on a phone, light and dark, and as printed. Fails where the page asks for anything, is wider than
its window, or has text in a drawing that lies outside of it, over other text, or is too small.
"""

import pathlib
import sys

from playwright.sync_api import sync_playwright

# Runs in the page; evaluating works where the page's own scripts are off.
LOOK = """() => {
  const problems = [], root = document.documentElement;
  for (const isOpen of [true, false]) {
    for (const details of document.querySelectorAll("details")) details.open = isOpen;
    if (root.scrollWidth > root.clientWidth)
      problems.push(`page ${root.scrollWidth} wide in ${root.clientWidth}`);
  }
  for (const drawing of document.querySelectorAll("svg")) {
    const frame = drawing.getBoundingClientRect();
    const scale = frame.width / drawing.viewBox.baseVal.width;
    const name = drawing.querySelector("title").textContent;
    const texts = [...drawing.querySelectorAll("text")].filter(t => t.textContent.trim());
    const boxes = texts.map(text => text.getBoundingClientRect());
    texts.forEach((text, i) => {
      const box = boxes[i], size = parseFloat(getComputedStyle(text).fontSize) * scale;
      if (frame.width >= 340 && size < 10) problems.push(`${name}: ${text.textContent}: ${size} px`);
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 ||
          box.bottom > frame.bottom + 1) problems.push(`${name}: ${text.textContent}: outside`);
      for (let j = 0; j < i; j++) {
        const wide = Math.min(box.right, boxes[j].right) - Math.max(box.left, boxes[j].left);
        const high = Math.min(box.bottom, boxes[j].bottom) - Math.max(box.top, boxes[j].top);
        if (wide > 1 && high > 3)
          problems.push(`${name}: ${text.textContent} over ${texts[j].textContent}`);
      }
    });
  }
  for (const picture of document.images)
    if (!picture.complete || picture.naturalWidth === 0) problems.push(`empty: ${picture.alt}`);
  return problems;
}"""


def main() -> None:
    chromium, report, pictures = sys.argv[1:]
    address = pathlib.Path(report).resolve().as_uri()
    folder = pathlib.Path(pictures)
    folder.mkdir(parents=True, exist_ok=True)
    problems = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme,
                    java_script_enabled=False)
                page = context.new_page()
                asked = []
                page.on("request", lambda request: asked.append(request.url))
                page.on("console", lambda message: problems.append(message.text[:200]))
                page.goto(address)
                found = page.evaluate(LOOK) + [
                    f"asks for {url}" for url in asked
                    if url != address and not url.startswith("data:")]
                problems += [f"{width} {scheme}: {problem}" for problem in found]
                page.screenshot(path=folder / f"{width}-{scheme}.png", full_page=True)
                if (width, scheme) == (1280, "light"):
                    page.pdf(path=folder / "print.pdf", format="A4", prefer_css_page_size=True)
                context.close()
        browser.close()
    print("\n".join(problems) or "The page is clean.")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
