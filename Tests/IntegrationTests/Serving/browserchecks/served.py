"""A server that a browser uses, and whose work can be held still."""

import argparse
import contextlib
import os
import pathlib
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import server
from support import wait


class Server(server.Server):
    """`detector serve` with one worker, so that there is an order."""

    def __init__(self, arguments: argparse.Namespace, root: pathlib.Path, token: str = "") -> None:
        """`token`, where there is one, is asked for."""
        self.token = token
        options = ["--workers", "1"]
        root.mkdir(parents=True)
        if token:
            file = root / "token"
            file.write_text(token + "\n")
            options += ["--token-file", str(file)]
        super().__init__(arguments, root, *options)
        if token:
            self.headers = {"Authorization": f"Bearer {token}"}

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Ends it, and what it started, whatever state they are in."""
        for worker in self.workers():
            _send(worker, signal.SIGCONT)
        self.end()
        self.kill()

    @contextlib.contextmanager
    def slowed(self) -> Iterator[None]:
        """Lets workers work in slices, so that progress can be seen however short a clip is."""
        is_over = threading.Event()

        def alternate() -> None:
            while not is_over.wait(0.03):
                workers = self.workers()
                for worker in workers:
                    _send(worker, signal.SIGSTOP)
                is_over.wait(0.12)
                for worker in workers:
                    _send(worker, signal.SIGCONT)

        thread = threading.Thread(target=alternate, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Stops the worker, so that what waits or runs stays so and can be looked at."""
        # A worker ends with its analysis, and the next one is started then.
        workers = wait(self.workers, 30, "a worker process", pause=0.02)
        for worker in workers:
            _send(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in workers:
                _send(worker, signal.SIGCONT)

    def add(self, clip: pathlib.Path, name: str) -> str:
        """Uploads a file as a program does; returns the analysis's name."""
        return str(self.upload(clip.read_bytes(), name).json()["id"])

    def running(self, analysis: str, seconds: float = 60) -> dict[str, Any]:
        """Waits until an analysis is read for a good part, or has ended."""
        end = time.monotonic() + seconds
        while True:
            document = self.analysis(analysis)
            share = document.get("share", 0)
            if document["state"] not in ("queued", "running") or share > 0.2:
                return document
            if time.monotonic() > end:
                raise TimeoutError(f"expected progress within {seconds:.0f} s, got {document}")
            time.sleep(0.02)


def _send(process: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)
