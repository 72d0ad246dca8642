"""Uses `detector serve` as people do, in a real browser.

    python3 -m venv VENV && VENV/bin/pip install playwright axe-playwright-python
    VENV/bin/python browser.py --detector PATH --model model.pt --weights weights/mtcnn \\
        --clips FOLDER --screenshots FOLDER

The folder of --clips holds clips with a face (*.mp4, at any depth; the first of H.264 is used), of
which ffmpeg makes the other kinds. The browser is the one of --chromium. Prints a line for each
check; exit status 1 if one fails.
"""

import argparse
import os
import pathlib
import secrets
import shutil
import signal
import sys
import tempfile
import time
from types import FrameType

from playwright.sync_api import sync_playwright

from browserchecks import looks as looking
from browserchecks.checklist import Checklist
from browserchecks.clips import Clips, make_clips
from browserchecks.history_steps import search_and_delete
from browserchecks.keyboard_steps import use_keyboard
from browserchecks.plain_steps import use_without_script
from browserchecks.player_steps import download_all, look_at_answer
from browserchecks.served import Server
from browserchecks.token_steps import use_with_token
from browserchecks.upload_steps import drop_one, give_several
from browserchecks.watching import Browsing


def main() -> None:
    """Starts servers and browser, takes all steps, and ends them again."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    path = pathlib.Path
    parser.add_argument("--detector", required=True, type=path, help="the built detector")
    parser.add_argument("--model", required=True, type=path, help="a model.pt")
    parser.add_argument(
        "--weights", required=True, type=path, help="folder of the face detector's weights"
    )
    parser.add_argument("--clips", required=True, type=path, help="folder with clips")
    parser.add_argument(
        "--screenshots", required=True, type=path, help="folder that takes pictures of the pages"
    )
    parser.add_argument(
        "--one-face",
        action="store_true",
        help="the model judges one face of a video (maximumPerVideo: 1)",
    )
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="the browser")
    options = parser.parse_args()
    if not options.chromium:
        parser.error("expected a browser in --chromium, got none")
    signal.signal(signal.SIGTERM, _leave)
    start = time.monotonic()
    checks = Checklist()
    with tempfile.TemporaryDirectory(prefix="browser-test-") as name:
        _work(options, pathlib.Path(name), checks)
    print(f"{time.monotonic() - start:.0f} s")
    sys.exit(checks.exit_status())


def _leave(number: int, frame: FrameType | None) -> None:
    # Leaves as after Ctrl-C: what was started is ended on the way out.
    raise KeyboardInterrupt


def _work(options: argparse.Namespace, folder: pathlib.Path, checks: Checklist) -> None:
    server = Server(options, folder / "open")
    closed = Server(options, folder / "closed", secrets.token_hex(16))
    servers = (server, closed)
    try:
        clips = make_clips(options.clips, folder / "clips")
        for one in servers:
            one.start()
        # A browser's sandbox doesn't work as root.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=options.chromium, args=arguments, handle_sigterm=False
            )
            try:
                looks = looking.Looks(checks, options.screenshots)
                browsing = Browsing(browser)
                _steps(checks, browsing, looks, server, closed, clips, options, folder)
            finally:
                browser.close()
        for one in servers:
            name = one.root.name
            checks.equal(f"the {name} server still runs", one.is_running(), True)
            errors = [line for line in one.log().splitlines() if "error" in line]
            checks.equal(f"the {name} server's log has no error", errors, [])
    finally:
        for one in servers:
            one.stop()


def _steps(
    checks: Checklist,
    browsing: Browsing,
    looks: looking.Looks,
    server: Server,
    closed: Server,
    clips: Clips,
    options: argparse.Namespace,
    folder: pathlib.Path,
) -> None:
    analyses: dict[str, str] = {}
    with checks.step("the empty page"):
        looking.look_at_empty(looks, browsing, server)
    with checks.step("a dropped video"):
        analyses["done"] = drop_one(checks, browsing, server, clips)
    if "done" not in analyses:
        # The steps after it are still taken.
        analyses["done"] = server.add(clips.first, "harbour.mp4")
        server.finished(analyses["done"])
    with checks.step("the player"):
        look_at_answer(checks, browsing, server, analyses["done"])
    with checks.step("downloads"):
        download_all(checks, browsing, server, analyses["done"], clips.first.name, folder)
    with checks.step("several files"):
        analyses |= give_several(checks, browsing, server, clips, 1 if options.one_face else 2)
    with checks.step("the keyboard"):
        use_keyboard(checks, browsing, server, clips)
    with checks.step("no script"):
        use_without_script(checks, browsing, server, clips)
    with checks.step("a token"):
        use_with_token(checks, browsing, closed, clips)
    with checks.step("the looks of the login"):
        looking.look_at_login(looks, browsing, closed)
    with checks.step("the looks of what runs"):
        looking.look_at_running(checks, looks, browsing, server, clips)
    with checks.step("the looks of what has ended"):
        looking.look_at_ends(looks, browsing, server, analyses)
    with checks.step("the history"):
        search_and_delete(checks, browsing, server, analyses["done"], "harbour")
    requests = sum(watch.requests for watch in browsing.watches)
    foreign = [url for watch in browsing.watches for url in watch.foreign]
    checks.check(
        "every request goes to the server itself",
        requests > 100 and not foreign,
        "more than 100 requests, none elsewhere",
        f"{requests} requests, {foreign}",
    )
    blocked = [text for watch in browsing.watches for text in watch.blocked]
    checks.equal("the content security policy blocks nothing", blocked, [])


if __name__ == "__main__":
    main()
