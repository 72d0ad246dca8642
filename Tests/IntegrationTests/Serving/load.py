"""Tests `detector serve` under load and through failures: many uploads at once, workers and the
server killed in the middle, SIGTERM, and a full disk. What was accepted is done in the end, once.

    python load.py --detector PATH --model PATH --weights DIR --clips DIR [--uploads 200]

Standard library only, and ffmpeg for small clips. A full disk is tested where the user may mount a
tmpfs.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fulldisk
from server import Answer, Connection, Server
from support import Checks, Clips, arguments, run, wait

JSON = "/api/analyses"
CLIENTS = 20
MOST_MEMORY = 300
HALF = (
    f"POST {JSON}?name=half.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Type: video/mp4\r\n"
    "Content-Length: 100000\r\n\r\n"
).encode() + bytes(50_000)


class Load:
    """The checks."""

    def __init__(self, checks: Checks, root: Path, given: Any) -> None:
        self.checks = checks
        self.root = root
        self.given = given
        self.clips = Clips(given.clips, root)

    def content(self, number: int) -> tuple[str, bytes]:
        """A name and a file: a clip for every twentieth, a picture for the others."""
        if number % 20 == 10:
            return f"{number:05}.mp4", self.clips.video
        return f"{number:05}.jpg", self.clips.picture

    def ended(self, server: Server, seconds: float) -> list[dict[str, Any]]:
        """All analyses once none waits or runs."""

        def all_ended() -> list[dict[str, Any]] | None:
            gauges = server.ask("/metrics").body.decode().splitlines()
            is_idle = {"deepfake_analyses_queued 0.0", "deepfake_analyses_running 0.0"} <= set(
                gauges
            )
            return server.all_analyses() if is_idle else None

        found: list[dict[str, Any]] = wait(all_ended, seconds, "an end of all analyses", 0.3)
        return found

    def compare(
        self, what: str, analyses: list[dict[str, Any]], accepted: list[str], unknown: set[str]
    ) -> None:
        """Checks that each accepted file is there once and done, and no other one but those whose
        answer was lost."""
        names = sorted(analysis["name"] for analysis in analyses)
        self.checks.equal(f"{what}: none is there twice", len(names) - len(set(names)), 0)
        lost = sorted(set(accepted) - set(names))
        self.checks.equal(f"{what}: none of {len(accepted)} accepted ones is lost", lost, [])
        foreign = sorted(set(names) - set(accepted) - unknown)
        self.checks.equal(f"{what}: none is there that was refused", foreign, [])
        other = [
            (analysis["name"], analysis["state"], analysis.get("failure"))
            for analysis in analyses
            if analysis["state"] != "done"
        ]
        self.checks.equal(f"{what}: all are done", other, [])

    # MARK: Many at once

    def many(self) -> None:
        """Many clients at once, more than the queue takes."""
        server = Server(self.given, self.root / "many", "--queue", "60", "--workers", "2").start()
        answers: dict[str, tuple[Answer, float]] = {}

        def upload(number: int) -> None:
            name, content = self.content(number)
            start = time.monotonic()
            answer = server.upload(content, name)
            answers[name] = (answer, time.monotonic() - start)

        start = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(upload, range(self.given.uploads)))
        uploading = time.monotonic() - start
        accepted = sorted(name for name, (answer, _) in answers.items() if answer.status == 202)
        refused = [answer for answer, _ in answers.values() if answer.status == 429]
        times = sorted(seconds for _, seconds in answers.values())
        self.checks.equal(
            "each upload is answered with 202 or 429",
            len(accepted) + len(refused),
            self.given.uploads,
        )
        self.checks.check(
            "a full queue refuses some and takes as many as it says",
            60 <= len(accepted) and (bool(refused) or self.given.uploads <= 60),
            "60 or more",
            len(accepted),
        )
        bad = [
            answer
            for answer in refused
            if not answer.headers.get("retry-after", "").isdigit() or answer.code() != "queue-full"
        ]
        self.checks.equal("429 has Retry-After and a reason", bad, [])
        analyses = self.ended(server, 90)
        working = time.monotonic() - start
        self.compare("many", analyses, accepted, set())
        print(
            f"      {self.given.uploads} uploads by {CLIENTS} clients in {uploading:.1f} s: "
            f"{len(accepted)} taken, {len(refused)} refused; an answer took "
            f"{statistics.median(times) * 1000:.0f} ms (median), {times[-1] * 1000:.0f} ms "
            f"(longest); {len(analyses) / working:.1f} analyses per second"
        )
        self.checks.equal(
            "then there is room again", server.upload(self.clips.picture, "again.jpg").status, 202
        )
        server.check_end(self.checks, MOST_MEMORY)

    # MARK: Failures

    def killed(self) -> None:
        """Workers and the server are killed while clients upload."""
        generator = random.Random(7)
        server = Server(
            self.given, self.root / "killed", "--workers", "2", "--queue", "1000"
        ).start()
        accepted: list[str] = []
        unknown: set[str] = set()
        is_over = threading.Event()
        lock = threading.Lock()
        numbers = itertools.count()

        def upload() -> None:
            while not is_over.is_set():
                with lock:
                    name, content = self.content(next(numbers))
                    unknown.add(name)
                try:
                    answer = server.upload(content, name)
                except (OSError, ValueError):
                    # The server is gone: whether it took the file isn't known.
                    time.sleep(0.2)
                    continue
                with lock:
                    if answer.status == 202:
                        accepted.append(name)
                    unknown.discard(name)
                time.sleep(0.4)

        clients = [threading.Thread(target=upload, daemon=True) for _ in range(4)]
        for client in clients:
            client.start()
        kills = 0
        hits: Counter[str] = Counter()
        end = time.monotonic() + 8
        while kills < 6 and time.monotonic() < end:
            time.sleep(0.03)
            # An analysis fails after three lost workers. The server's own end may be one of them.
            page = server.ask(f"{JSON}?state=running").json()
            running = [found["id"] for found in page["analyses"]]
            # Younger ones may still load the model; see `killed_early`.
            workers = [pid for pid in server.workers() if age(pid) > 0.05]
            if workers and all(hits[identifier] < 1 for identifier in running):
                hits.update(running)
                os.kill(generator.choice(workers), signal.SIGKILL)
                kills += 1
        halves = [Connection(server) for _ in range(3)]
        for half in halves:
            half.send(HALF)
        wait(lambda: len(server.incoming()) >= 3, 10, "uploads under way")
        self.checks.check(
            "workers were killed, and the server runs",
            kills > 2 and server.is_running(),
            "kills, and a server",
            kills,
        )
        workers = server.workers()
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        is_over.set()
        for client in clients:
            client.join()
        for half in halves:
            half.close()
        self.checks.check(
            "the kill left uploads that aren't complete",
            len(server.incoming()) >= 3,
            "3 or more",
            len(server.incoming()),
        )
        try:
            wait(lambda: not [pid for pid in workers if is_alive(pid)], 10, "no workers")
        except TimeoutError:
            pass
        self.checks.equal(
            "workers end with their server", [pid for pid in workers if is_alive(pid)], []
        )
        server.start()
        self.checks.equal("incomplete uploads are removed at the start", server.incoming(), [])
        print(
            f"      {kills} workers killed; {len(accepted)} accepted, "
            f"{len(unknown)} without an answer"
        )
        self.compare("killed", self.ended(server, 120), accepted, unknown)
        folders = sorted(os.listdir(server.data / "files"))
        ids = sorted(analysis["id"] for analysis in server.all_analyses())
        self.checks.equal("each has its folder, and no other folder is there", folders, ids)
        server.check_end(self.checks, MOST_MEMORY)

    def killed_idle(self) -> None:
        """All workers are killed while they wait: that says nothing of the next file."""
        server = Server(self.given, self.root / "killed idle", "--workers", "5").start()
        wait(lambda: len(server.workers()) == 5, 30, "five workers")
        time.sleep(3)  # until all have loaded the model
        for pid in server.workers():
            os.kill(pid, signal.SIGKILL)
        picture = server.upload(self.clips.picture, "after.jpg").json()["id"]
        state = server.finished(picture)["state"]
        self.checks.equal("five dead workers: the next file is done", state, "done")
        server.check_end(self.checks, MOST_MEMORY)

    def deleted(self) -> None:
        """Analyses are deleted at every moment of their work: nothing of them stays."""
        server = Server(self.given, self.root / "deleted", "--workers", "2").start()
        for number in range(24):
            identifier = server.upload(self.clips.video, f"{number}.mp4").json()["id"]
            time.sleep(0.03 * number)
            server.ask(f"{JSON}/{identifier}", "DELETE")
        try:
            wait(lambda: not os.listdir(server.data / "files"), 20, "no files")
        except TimeoutError:
            pass
        self.checks.equal(
            "what is deleted while it runs leaves no files", os.listdir(server.data / "files"), []
        )
        server.check_end(self.checks, MOST_MEMORY)

    def killed_early(self) -> None:
        """Workers are killed before they have loaded the model, as a system without memory does."""
        server = Server(self.given, self.root / "killed early", "--workers", "1").start()
        for name in ("1.jpg", "2.jpg", "3.jpg"):
            server.upload(self.clips.picture, name)
        killed: set[int] = set()
        end = time.monotonic() + 12
        while len(killed) < 4 and server.is_running() and time.monotonic() < end:
            for pid in server.workers():
                if pid not in killed:
                    killed.add(pid)
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        time.sleep(0.5)
        self.checks.check(
            f"the server survives {len(killed)} workers that are killed while they load",
            server.is_running(),
            "a process",
            f"status {server.process and server.process.poll()}: {server.log()[-200:]}",
        )
        if not server.is_running():
            server.start()
        picture = server.upload(self.clips.picture, "after.jpg").json()["id"]
        self.checks.equal("then it works", server.finished(picture)["state"], "done")
        server.check_end(self.checks, MOST_MEMORY)

    def stopped(self) -> None:
        """SIGTERM while analyses wait and run, and clients hold connections."""
        server = Server(self.given, self.root / "stopped", "--workers", "1").start()
        names = [f"{number}.jpg" for number in range(15)]
        ids = [server.upload(self.clips.picture, name).json()["id"] for name in names]
        idle = Connection(server)
        follower = Connection(server)
        follower.send(f"GET {JSON}/{ids[-1]}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        half = Connection(server)
        half.send(HALF)
        time.sleep(0.5)
        start = time.monotonic()
        status = server.end()
        seconds = time.monotonic() - start
        self.checks.check(
            "SIGTERM ends it with status 0 within 40 s",
            status == 0 and seconds < 41,
            "0 within 40 s",
            f"{status} in {seconds:.0f} s",
        )
        print(f"      SIGTERM took {seconds:.1f} s")
        server.kill()
        for connection in (idle, follower, half):
            connection.close()
        server.start()
        self.compare("stopped", self.ended(server, 60), names, set())
        # The two workers of one data folder would do things twice.
        second = Server(self.given, self.root / "second")
        second.data = server.data
        try:
            second.start(20)
            got = "a server"
        except RuntimeError as error:
            got = str(error)
        self.checks.check(
            "a second server on the same folder is refused",
            "another server" in got,
            "'another server uses this folder'",
            got,
        )
        server.check_end(self.checks, MOST_MEMORY)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and isn't waited for doesn't."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def age(pid: int) -> float:
    """How long a process runs, in seconds; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    given = arguments(
        __doc__ or "", ("--uploads", {"type": int, "default": 200, "help": "uploads at once"})
    )

    def body(checks: Checks, root: Path) -> None:
        load = Load(checks, root, given)
        for name in ("many", "killed", "killed_early", "killed_idle", "deleted", "stopped"):
            checks.section(name, getattr(load, name))
        checks.section("full", lambda: fulldisk.full(checks, root, given, load.clips))

    run(body)


if __name__ == "__main__":
    main()
