"""A `detector serve` on a disk that is full; a part of load.py."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import time
from pathlib import Path

from server import Connection, Server
from support import Checks, Clips, wait

JSON = "/api/analyses"
MEGABYTE = 1 << 20


def full(checks: Checks, root: Path, given: argparse.Namespace, clips: Clips) -> None:
    """A disk that is full, and has room again."""
    folder = root / "full"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(folder)]
    try:
        result = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        checks.skip("a full disk", f"mount can't be run: {error}")
        return
    if result.returncode:
        checks.skip("a full disk", f"this user can't mount a tmpfs: {result.stderr.strip()}")
        return
    server = Server(given, root / "small disk", "--max-upload", "120MB", "--workers", "1")
    server.data = folder / "data"
    try:
        use(checks, server.start(), clips, folder / "filler")
    finally:
        server.kill()
        subprocess.run(["umount", "-l", str(folder)], capture_output=True)


def use(checks: Checks, server: Server, clips: Clips, filler: Path) -> None:
    """Uploads, reads and deletes while the disk is full and after it."""

    def fill(left: int) -> None:
        """Leaves so many bytes free."""
        status = os.statvfs(filler.parent)
        size = status.f_bavail * status.f_frsize - left
        with open(filler, "ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), size)

    first = server.finished(server.upload(clips.video, "first.mp4").json()["id"])
    large = server.finished(
        server.upload(clips.large_video(20 * MEGABYTE), "large.mp4").json()["id"]
    )
    checks.equal("before: done", [first["state"], large["state"]], ["done", "done"])
    declared = server.upload(clips.large_video(60 * MEGABYTE), "declared.mp4")
    checks.equal(
        "an upload that says that it has no room",
        (declared.status, declared.code()),
        (507, "disk-full"),
    )
    with Connection(server) as connection:
        connection.send(
            f"POST {JSON} HTTP/1.1\r\nHost: localhost\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        try:
            for _ in range(119):
                connection.send(b"100000\r\n" + bytes(MEGABYTE) + b"\r\n")
        except OSError:
            pass
        answer = connection.answer()
    checks.check(
        "an upload that fills the disk",
        answer is not None and answer.status == 507 and answer.code() == "disk-full",
        "507 disk-full",
        answer,
    )
    wait(lambda: not server.incoming(), 10, "an empty folder `incoming`")
    again = server.finished(server.upload(clips.picture, "again.jpg").json()["id"])
    checks.equal("then a small one is done", again["state"], "done")
    fill(0)
    small = server.upload(clips.picture, "small.jpg")
    checks.equal("no byte is free: 507", (small.status, small.code()), (507, "disk-full"))
    paths = [
        first["links"]["self"],
        first["links"]["report"],
        first["links"]["video"],
        JSON,
        "/",
        first["links"]["page"],
        "/health/live",
    ]
    checks.equal(
        "old results are there", [server.ask(path).status for path in paths], [200] * len(paths)
    )
    gone = server.ask(large["links"]["self"], "DELETE")
    checks.equal("no byte is free: something can be deleted", gone.status, 204)
    filler.unlink(missing_ok=True)
    if gone.status != 204:
        gone = server.ask(large["links"]["self"], "DELETE")
        checks.equal("with room something can be deleted", gone.status, 204)
    after = server.finished(server.upload(clips.picture, "after.jpg").json()["id"])
    checks.equal("with room uploads work again", after["state"], "done")
    # A worker that is held has its job while the disk is filled.
    wait(server.workers, 20, "a worker")
    time.sleep(3)  # until it has loaded the model
    held = server.workers()
    for worker in held:
        os.kill(worker, signal.SIGSTOP)
    running = server.upload(clips.picture, "held.jpg").json()["id"]
    wait(lambda: server.analysis(running)["state"] == "running", 20, "a running analysis", 0.02)
    fill(0)
    for worker in held:
        os.kill(worker, signal.SIGCONT)
    time.sleep(6)
    state = server.analysis(running)
    print(
        f"      an analysis on a full disk after 6 s: {state['state']} {state.get('failure', '')}"
    )
    filler.unlink()
    ended = server.finished(running, 70)
    checks.check(
        "an analysis on a full disk ends with a reason",
        ended["state"] == "done" or ended["failure"]["code"] == "disk-full",
        "done, or failed with disk-full",
        ended.get("failure"),
    )
    last = server.finished(server.upload(clips.picture, "last.jpg").json()["id"])
    checks.equal("the next one is done", last["state"], "done")
    checks.equal("old results are still there", server.ask(first["links"]["report"]).status, 200)
    checks.equal("the database is whole", len(server.all_analyses()), 5)
    server.check_end(checks)
