"""A `detector serve` that tests start, talk to and end. Standard library only."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import ENDS, Checks, wait

SAFETY_HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "cache-control",
)


class Answer:
    """An answer of the server. Names of headers are in small letters."""

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
            str(given.detector.resolve()),
            "serve",
            str(given.model.resolve()),
            "--weights",
            str(given.weights.resolve()),
            "--data",
            str(self.data),
            "--port",
            "0",
            *self.options,
        ]

    def start(self, seconds: float = 60, before: Callable[[], None] | None = None) -> Server:
        """Starts it and waits until it listens.

        Raises RuntimeError with what it said where it ends or doesn't listen in time.
        """
        log = open(self.root / "server.log", "ab")
        environment = dict(
            os.environ, HOME=str(self.root / "home"), TMPDIR=str(self.root / "temporary")
        )
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.root / "work",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            preexec_fn=before,
            start_new_session=True,
        )
        log.close()
        ENDS.append(self.kill)
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
                + self.log()[-400:]
            )
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

    def open_files(self) -> int:
        """How many files and connections its own process has open."""
        assert self.process is not None
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    # MARK: Requests

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 20,
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
        found: dict[str, Any] = self.ask(f"/api/analyses/{identifier}").json()
        return found

    def finished(self, identifier: str, seconds: float = 60) -> dict[str, Any]:
        """An analysis once it has ended and its preview is made or failed."""

        def ended() -> dict[str, Any] | None:
            found = self.analysis(identifier)
            preview = found.get("result", {}).get("media", {}).get("preview")
            return found if found["state"] in ("done", "failed") and preview != "making" else None

        found: dict[str, Any] = wait(ended, seconds, f"an end of {identifier}")
        return found

    def all_analyses(self) -> list[dict[str, Any]]:
        """All analyses, page by page."""
        found: list[dict[str, Any]] = []
        path: str | None = "/api/analyses?limit=200"
        while path:
            page = self.ask(path).json()
            found += page["analyses"]
            path = page.get("next")
        return found

    def check_end(self, checks: Checks, most_memory: float = 300) -> None:
        """Checks what every server must be like in the end, and ends it."""
        name = self.root.name
        running = checks.check(f"{name}: the server runs", self.is_running(), "a process", "none")
        if running:
            memory = self.memory()
            statuses = ", ".join(f"{count} x {key}" for key, count in sorted(self.statuses.items()))
            print(f"      {name}: {memory:.0f} MB at most; answers: {statuses}")
            checks.check(
                f"{name}: memory of the server",
                memory < most_memory,
                f"below {most_memory:.0f} MB",
                f"{memory:.0f} MB",
            )
        checks.equal(f"{name}: no 5xx other than 503 and 507", self.errors, [])
        checks.equal(f"{name}: every answer has the safety headers", self.unsafe, [])
        checks.equal(f"{name}: it ends with SIGTERM and status 0", self.end(), 0)
        checks.equal(f"{name}: nothing incomplete stays", self.incoming(), [])

    def foreign_files(self) -> list[str]:
        """Files in the data folder that are none of the server's own names."""
        identifier = "[a-z2-7]{26}"
        own = re.compile(
            r"analyses\.sqlite(-wal|-shm)?|server\.lock|files|incoming"
            rf"|incoming/{identifier}|files/{identifier}(/(upload|result\.json|preview"
            r"|report\.html|frames|frames/\d+(-heat)?\.jpg))?"
        )
        names = [str(path.relative_to(self.data)) for path in self.data.rglob("*")]
        return [name for name in names if not own.fullmatch(name)]

    def incoming(self) -> list[str]:
        """Names of uploads that aren't complete."""
        return sorted(os.listdir(self.data / "incoming"))


def form(content: bytes, name: str, boundary: str = "boundary-of-tests") -> tuple[str, bytes]:
    """A form with a file: its content type and its bytes."""
    quoted = name.replace("\\", "\\\\").replace('"', "%22")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    return (
        f"multipart/form-data; boundary={boundary}",
        head + content + f"\r\n--{boundary}--\r\n".encode(),
    )
