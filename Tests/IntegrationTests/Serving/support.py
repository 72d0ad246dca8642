"""What the tests of `detector serve` share: checks that are printed a line each, small clips, the
command line, and an end of everything that was started. Standard library only.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What ends processes that tests started; called in the end, also after a failure.
ENDS: list[Callable[[], None]] = []


class Checks:
    """Checks that are printed as they are done; a failed one makes the exit status 1."""

    def __init__(self) -> None:
        self.failed = 0
        self.passed = 0
        self._lock = threading.Lock()

    def check(self, name: str, is_good: bool, expected: object, got: object) -> bool:
        """Prints a line. `expected` and `got` are said where it isn't good."""
        with self._lock:
            if is_good:
                self.passed += 1
                print(f"ok    {name}", flush=True)
            else:
                self.failed += 1
                text = str(got)
                text = text if len(text) <= 300 else text[:300] + "…"
                print(f"FAIL  {name}: expected {expected}, got {text}", flush=True)
        return is_good

    def equal(self, name: str, got: object, expected: object) -> bool:
        """Checks that something is what it should be."""
        return self.check(name, got == expected, expected, got)

    def skip(self, name: str, reason: str) -> None:
        """Says that a check can't be done here."""
        print(f"skip  {name}: {reason}", flush=True)

    def section(self, name: str, body: Callable[[], None]) -> None:
        """Runs a group of checks. An error in it is a failed check, and the next group runs."""
        start = time.monotonic()
        try:
            body()
        except Exception as error:  # whatever it is, the other checks go on
            self.check(name, False, "no error", f"{type(error).__name__}: {error}")
        seconds = time.monotonic() - start
        if seconds > 5:
            print(f"      ({name} took {seconds:.0f} s)", flush=True)

    def exit_status(self) -> int:
        """Prints the sum. 0 where all checks passed, else 1."""
        print(f"{self.passed} ok, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def wait(condition: Callable[[], Any], seconds: float, what: str, pause: float = 0.1) -> Any:
    """Waits until a condition gives something.

    Raises TimeoutError with `what` where it doesn't in time.
    """
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"expected {what} within {seconds:.0f} s, got none")
        time.sleep(pause)


class Clips:
    """Small inputs, made of the smallest video in a folder of clips."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.root = root
        found = sorted(
            (path for path in folder.rglob("*.mp4") if path.is_file()),
            key=lambda path: (path.stat().st_size, path),
        )
        if not found:
            raise SystemExit(f"{folder}: expected at least one .mp4 in it, got none")
        self.source = found[0]
        # Browsers play it as it is, so that no preview is made.
        self.video = self._made(
            "clip.mp4",
            "-t",
            "1",
            "-vf",
            "scale=320:240",
            "-an",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-pix_fmt",
            "yuv420p",
            "-movflags",
            "+faststart",
        )
        self.picture = self._made("face.jpg", "-frames:v", "1", "-vf", "scale=320:-2")

    def _made(self, name: str, *options: str, before: tuple[str, ...] = ()) -> bytes:
        path = self.root / name
        ffmpeg = shutil.which("ffmpeg")
        if not ffmpeg:
            raise SystemExit("expected ffmpeg on the PATH, got none")
        subprocess.run(
            [ffmpeg, "-v", "error", "-y", *before, "-i", str(self.source), *options, str(path)],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return path.read_bytes()

    def long_video(self) -> bytes:
        """Ten minutes of the clip over and over, whose analysis takes longer than a second."""
        return self._made("long.mp4", "-t", "600", "-c", "copy", before=("-stream_loop", "-1"))

    def large_video(self, bytes_: int) -> bytes:
        """A video that browsers play, with so many bytes more that no player reads."""
        return self.video + (bytes_ + 8).to_bytes(4, "big") + b"free" + bytes(bytes_)


def arguments(description: str, *more: tuple[str, dict[str, Any]]) -> argparse.Namespace:
    """The command line that all of these tests have, and what one has besides."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--detector", type=Path, required=True, help="the built program")
    parser.add_argument("--model", type=Path, required=True, help="a model.pt")
    parser.add_argument("--weights", type=Path, required=True, help="the folder weights/mtcnn")
    parser.add_argument("--clips", type=Path, required=True, help="a folder with .mp4 files")
    for name, options in more:
        parser.add_argument(name, **options)
    return parser.parse_args()


def run(body: Callable[[Checks, Path], None]) -> None:
    """Runs checks in a temporary folder, ends every server that they started, and exits."""
    checks = Checks()
    start = time.monotonic()
    root = Path(tempfile.mkdtemp(prefix="serve-test-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        body(checks, root)
    except KeyboardInterrupt:
        checks.check("the test", False, "an end", "an interruption")
    except Exception as error:
        checks.check("the test", False, "no error", f"{type(error).__name__}: {error}")
    finally:
        for end in ENDS:
            end()
        shutil.rmtree(root, ignore_errors=True)
    print(f"{time.monotonic() - start:.0f} s", flush=True)
    sys.exit(checks.exit_status())
