"""Steps of a person, and waits that end."""

import contextlib
import time
import traceback
from collections.abc import Callable, Iterator
from typing import TypeVar

from playwright.sync_api import Error, Page

from support import Checks

Value = TypeVar("Value")


class Checklist(Checks):
    """Checks, in steps."""

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Runs one step of a person: what breaks it is a failure, and the next step is taken."""
        start = time.monotonic()
        try:
            yield
        except Exception as error:  # Whatever it was, the other steps are still to be checked.
            # The last of our own lines says where the step was; Playwright's own are not needed.
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if "browserchecks" in frame.filename]
            last = ours[-1] if ours else frames[-1]
            line = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
            text = " ".join(str(error).split())
            self.check(f"{name}: the step ends", False, "no error", f"{line}: {text}")
        print(f"      ({name} took {time.monotonic() - start:.1f} s)", flush=True)


def eventually(
    page: Page, read: Callable[[], Value], is_ok: Callable[[Value], bool], seconds: float = 30
) -> Value:
    """Reads a value until it is as it should be, or the time is over; returns the last one.

    An error while the page is replaced by another counts as "not yet".
    """
    end = time.monotonic() + seconds
    while True:
        try:
            value = read()
            if is_ok(value) or time.monotonic() > end:
                return value
        except Error:
            if time.monotonic() > end:
                raise
        page.wait_for_timeout(50)
