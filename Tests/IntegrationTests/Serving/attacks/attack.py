"""What attacks on a `detector serve` share: the server, and clients that are slow."""

from __future__ import annotations

import argparse
import select
import threading
import time
from pathlib import Path

from server import Connection, Server
from support import Checks, Clips, wait

API = "/api/analyses"
MEGABYTE = 1 << 20


class Attack:
    """A server without a token, and the checks on it."""

    def __init__(self, checks: Checks, root: Path, given: argparse.Namespace) -> None:
        self.checks = checks
        self.root = root
        self.given = given
        self.clips = Clips(given.clips, root)
        # Uploads under way that are meant to stay.
        self.under_way: set[str] = set()
        self.server = Server(
            given,
            root / "server",
            "--queue",
            "100000",
            "--workers",
            "2",
            "--max-upload",
            "128MB",
            "--worker-memory",
            "3GB",
        )
        self.server.start()

    def post(self, fields: str = "", path: str = API) -> str:
        """The head of an upload without its length, and without the empty line."""
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
            f"Content-Type: video/mp4\r\n{fields}"
        )

    def get(self, path: str = "/health/live", fields: str = "") -> str:
        """The head of a request, with the empty line."""
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n{fields}\r\n"

    def check_others(self, what: str) -> None:
        """Checks that others get their answers meanwhile, each within a second."""
        longest = 0.0
        statuses: list[int] = []
        for path in ("/health/live", "/", API):
            start = time.monotonic()
            statuses.append(self.server.ask(path).status)
            longest = max(longest, time.monotonic() - start)
        self.checks.check(
            f"others are answered meanwhile: {what}",
            statuses == [200] * 3 and longest < 1,
            "200 within 1 s",
            f"{statuses}, the slowest in {longest:.1f} s",
        )

    def check_no_leftovers(self, what: str) -> None:
        """Checks that nothing of an incomplete upload stays."""

        def leftovers() -> list[str]:
            return [name for name in self.server.incoming() if name not in self.under_way]

        try:
            wait(lambda: not leftovers(), 15, "an empty folder `incoming`")
        except TimeoutError:
            pass
        self.checks.equal(f"nothing incomplete stays: {what}", leftovers(), [])


class Trickle(threading.Thread):
    """A client that sends its request byte by byte, one in a second, until it is cut off or `most`
    seconds are over.
    """

    def __init__(self, server: Server, first: str, most: float) -> None:
        super().__init__(daemon=True)
        self.connection = Connection(server, timeout=5)
        self.first = first.encode()
        self.most = most
        # When it was cut off; infinity where it wasn't.
        self.seconds = float("inf")
        self.start()

    def run(self) -> None:
        start = time.monotonic()
        try:
            self.connection.send(self.first)
            while time.monotonic() - start < self.most:
                if select.select([self.connection.socket], [], [], 1)[0]:
                    break  # An answer, or the end.
                self.connection.send(b"a")
            else:
                return
        except OSError:
            pass
        finally:
            self.connection.close()
        self.seconds = time.monotonic() - start
