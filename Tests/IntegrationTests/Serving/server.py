"""What the tests of `detector serve` share: a server that is started and ended, raw connections to
it, small clips, and checks that are printed a line each. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

SAFETY_HEADERS = (
    "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
    "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy",
    "cache-control",
)


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
        """Runs a group of checks; one that ends in an error is a failed check, and the next runs."""
        start = time.monotonic()
        try:
            body()
        except Exception as error:  # noqa: BLE001: whatever it is, the other checks go on.
            self.check(name, False, "no error", f"{type(error).__name__}: {error}")
        seconds = time.monotonic() - start
        if seconds > 5:
            print(f"      ({name} took {seconds:.0f} s)", flush=True)

    def exit_status(self) -> int:
        """Prints the sum. 0 where all checks passed, else 1."""
        print(f"{self.passed} ok, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


class Answer:
    """An answer of the server: the status, the headers by their names in small letters, the body."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def code(self) -> str:
        """The code of a problem; empty for anything else."""
        try:
            value = self.json()
        except ValueError:
            return ""
        return str(value.get("code", "")) if isinstance(value, dict) else ""

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:160]!r}"


class Connection:
    """A connection to a server, on which bytes are sent as they are."""

    def __init__(self, server: Server, timeout: float = 10, receive_buffer: int = 0) -> None:
        self.server = server
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", server.port))
        self._reader = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Sends bytes."""
        self.socket.sendall(data)

    def answer(self, method: str = "GET") -> Answer | None:
        """Reads the next answer; nil where the connection ends before one begins."""
        while True:
            line = self._reader.readline(1 << 16)
            if not line:
                return None
            match = re.fullmatch(rb"HTTP/1\.[01] (\d{3})( [^\r\n]*)?\r\n", line)
            if not match:
                raise ValueError(f"expected a status line, got {line[:80]!r}")
            status = int(match[1])
            headers: dict[str, str] = {}
            while (line := self._reader.readline(1 << 16)) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.strip().lower()] = value.strip()
            if status >= 200:
                break
        answer = Answer(status, headers, self._body(status, headers, method))
        self.server.note(answer)
        return answer

    def _body(self, status: int, headers: dict[str, str], method: str) -> bytes:
        if method == "HEAD" or status in (204, 304):
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while size := int(self._reader.readline(1 << 10).split(b";")[0] or b"0", 16):
                body += self._reader.read(size)
                self._reader.readline(1 << 10)
            self._reader.readline(1 << 10)
            return body
        if "content-length" in headers:
            length = int(headers["content-length"])
            body = self._reader.read(length)
            if len(body) != length:
                raise ValueError(f"expected {length} bytes of a body, got {len(body)}")
            return body
        return self._reader.read()

    def rest(self) -> bytes:
        """Everything until the server ends the connection."""
        return self._reader.read()

    def close(self) -> None:
        """Ends the connection."""
        self._reader.close()
        self.socket.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Server:
    """A `detector serve` of its own, on a free port, with its folders below `root`."""

    def __init__(self, arguments: argparse.Namespace, root: Path, *options: str) -> None:
        self.arguments = arguments
        self.root = root
        self.options = options
        self.data = root / "data"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.statuses: Counter[int] = Counter()
        self.unsafe: list[str] = []
        self.errors: list[str] = []
        # Sent with every request of `ask`.
        self.headers: dict[str, str] = {}
        for name in ("home", "temporary", "work"):
            (root / name).mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """The command line."""
        given = self.arguments
        return [
            str(given.detector.resolve()), "serve", str(given.model.resolve()), "--weights",
            str(given.weights.resolve()), "--data", str(self.data), "--port", "0", *self.options,
        ]

    def start(self, seconds: float = 60, before: Callable[[], None] | None = None) -> Server:
        """Starts it and waits until it listens.

        Raises RuntimeError with what it said where it ends or doesn't listen in time.
        """
        log = open(self.root / "server.log", "ab")
        environment = dict(
            os.environ, HOME=str(self.root / "home"), TMPDIR=str(self.root / "temporary"))
        self.process = subprocess.Popen(
            self.command(), cwd=self.root / "work", env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=log, preexec_fn=before, start_new_session=True)
        log.close()
        STARTED.append(self)
        line: list[bytes] = []
        output = self.process.stdout
        assert output is not None
        reader = threading.Thread(target=lambda: line.append(output.readline()), daemon=True)
        reader.start()
        reader.join(seconds)
        match = re.search(rb"Listening on http://[^ ]*:(\d+)", line[0] if line else b"")
        if not match:
            self.kill()
            raise RuntimeError(
                f"expected 'Listening on', got {line!r}; status {self.process.returncode}; "
                + self.log()[-400:])
        self.port = int(match[1])
        return self

    def log(self) -> str:
        """What it wrote on standard error."""
        return (self.root / "server.log").read_text(errors="replace")

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def end(self, sign: int = signal.SIGTERM, seconds: float = 45) -> int | None:
        """Sends a signal and waits; the exit status, nil where it goes on."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """Ends it and its workers at once."""
        if self.process is None:
            return
        workers = self.workers()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for worker in workers:
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def workers(self) -> list[int]:
        """Process numbers of its worker processes."""
        found: list[int] = []
        if self.process is None:
            return found
        for path in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            try:
                found += [int(word) for word in path.read_text().split()]
            except OSError:
                pass
        return found

    def memory(self, key: str = "VmHWM") -> float:
        """Memory of the server's own process in MB: the most so far, or `VmRSS` for now."""
        assert self.process is not None
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        match = re.search(rf"{key}:\s+(\d+) kB", text)
        return int(match[1]) / 1024 if match else 0

    def note(self, answer: Answer) -> None:
        """Counts an answer. One to what is no HTTP has no body and none of the headers."""
        self.statuses[answer.status] += 1
        if answer.status >= 500 and answer.status not in (503, 507):
            self.errors.append(repr(answer))
        is_bare = answer.status == 400 and not answer.body and "content-type" not in answer.headers
        missing = [name for name in SAFETY_HEADERS if name not in answer.headers]
        if missing and not is_bare:
            self.unsafe.append(f"{answer} without {', '.join(missing)}")

    # MARK: Requests

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None,
        body: bytes | None = None, timeout: float = 20,
    ) -> Answer:
        """One request on a connection of its own."""
        fields = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        if body is not None:
            fields["Content-Length"] = str(len(body))
        fields |= self.headers | (headers or {})
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        head = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")
        with Connection(self, timeout) as connection:
            try:
                connection.send(head + (body or b""))
            except (BrokenPipeError, ConnectionResetError):
                pass  # It was refused before all was sent; the answer is there.
            answer = connection.answer(method)
        if answer is None:
            raise ConnectionError(f"{method} {path}: expected an answer, got the end")
        return answer

    def upload(
        self, content: bytes, name: str = "clip.mp4", headers: dict[str, str] | None = None
    ) -> Answer:
        """Uploads a file by a form."""
        kind, body = form(content, name)
        return self.ask("/api/analyses", "POST", {"Content-Type": kind} | (headers or {}), body)

    def analysis(self, identifier: str) -> dict[str, Any]:
        """An analysis as the API gives it."""
        return self.ask(f"/api/analyses/{identifier}").json()

    def finished(self, identifier: str, seconds: float = 60) -> dict[str, Any]:
        """An analysis once it has ended and its preview is made or failed."""
        def ended() -> dict[str, Any] | None:
            found = self.analysis(identifier)
            preview = found.get("result", {}).get("media", {}).get("preview")
            return found if found["state"] in ("done", "failed") and preview != "making" else None

        return wait(ended, seconds, f"an end of {identifier}")

    def all_analyses(self) -> list[dict[str, Any]]:
        """All analyses, page by page."""
        found: list[dict[str, Any]] = []
        path: str | None = "/api/analyses?limit=200"
        while path:
            page = self.ask(path).json()
            found += page["analyses"]
            path = page.get("next")
        return found

    def foreign_files(self) -> list[str]:
        """Files in the data folder that are none of the server's own names."""
        identifier = "[a-z2-7]{26}"
        own = re.compile(
            r"analyses\.sqlite(-wal|-shm)?|server\.lock|files|incoming"
            rf"|incoming/{identifier}|files/{identifier}(/(upload|result\.json|preview"
            r"|report\.html|frames|frames/\d+(-heat)?\.jpg))?")
        names = [str(path.relative_to(self.data)) for path in self.data.rglob("*")]
        return [name for name in names if not own.fullmatch(name)]

    def incoming(self) -> list[str]:
        """Names of uploads that aren't complete."""
        return sorted(os.listdir(self.data / "incoming"))


STARTED: list[Server] = []


def form(content: bytes, name: str, boundary: str = "boundary-of-tests") -> tuple[str, bytes]:
    """A form with a file: its content type and its bytes."""
    quoted = name.replace("\\", "\\\\").replace('"', "%22")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n").encode()
    return (
        f"multipart/form-data; boundary={boundary}",
        head + content + f"\r\n--{boundary}--\r\n".encode())


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
            key=lambda path: (path.stat().st_size, path))
        if not found:
            raise SystemExit(f"{folder}: expected at least one .mp4 in it, got none")
        self.source = found[0]
        # Browsers play it as it is, so that no preview is made.
        self.video = self._made(
            "clip.mp4", "-t", "1", "-vf", "scale=320:240", "-an", "-c:v", "libx264", "-preset",
            "veryfast", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
        self.picture = self._made("face.jpg", "-frames:v", "1", "-vf", "scale=320:-2")

    def _made(self, name: str, *options: str, before: tuple[str, ...] = ()) -> bytes:
        path = self.root / name
        ffmpeg = shutil.which("ffmpeg")
        if not ffmpeg:
            raise SystemExit("expected ffmpeg on the PATH, got none")
        subprocess.run(
            [ffmpeg, "-v", "error", "-y", *before, "-i", str(self.source), *options, str(path)],
            check=True, stdin=subprocess.DEVNULL)
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
    except Exception as error:  # noqa: BLE001
        checks.check("the test", False, "no error", f"{type(error).__name__}: {error}")
    finally:
        for server in STARTED:
            server.kill()
        shutil.rmtree(root, ignore_errors=True)
    print(f"{time.monotonic() - start:.0f} s", flush=True)
    sys.exit(checks.exit_status())
