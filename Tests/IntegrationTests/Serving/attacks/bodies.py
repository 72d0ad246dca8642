"""Bodies that are too long, incomplete, malformed or cut into pieces."""

from __future__ import annotations

import select
import time
from concurrent.futures import ThreadPoolExecutor

from attacks.attack import API, MEGABYTE, Attack
from server import Connection, form

HUGE = "Content-Length: 10737418240\r\n\r\n"


def lengths(attack: Attack) -> None:
    """Bodies beyond the limit, and bodies that end before their length."""
    checks, server = attack.checks, attack.server
    start = time.monotonic()
    with Connection(server) as connection:
        connection.send(attack.post(HUGE).encode())
        answer = connection.answer()
    seconds = time.monotonic() - start
    checks.check(
        "10 GB are refused at once",
        answer is not None and answer.status == 413 and seconds < 2,
        "413 within 2 s",
        f"{answer} in {seconds:.1f} s",
    )
    with Connection(server) as connection:
        connection.send(attack.post(HUGE).encode())
        for _ in range(64):
            connection.send(bytes(64 << 10))
            time.sleep(0.03)
        answer = connection.answer()
    checks.check(
        "10 GB are refused, and a client that goes on sending gets the answer",
        answer is not None and answer.status == 413,
        413,
        answer,
    )
    sent = 0
    with Connection(server) as connection:
        connection.send(attack.post("Transfer-Encoding: chunked\r\n\r\n").encode())
        piece = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
        try:
            while sent < 1024 and not select.select([connection.socket], [], [], 0)[0]:
                connection.send(piece)
                sent += 1
        except OSError:
            pass
        answer = connection.answer()
    checks.check(
        "a body without an end is refused at the limit",
        answer is not None and answer.status == 413 and sent < 300,
        "413 before 300 MB",
        f"{answer} at {sent} MB",
    )
    for count in (0, 1, 1000, MEGABYTE):
        with Connection(server) as connection:
            connection.send(attack.post("Content-Length: 2000000\r\n\r\n").encode() + bytes(count))
    attack.check_no_leftovers("of clients that went away")


def endless_form(attack: Attack) -> None:
    """A form whose only part is no file: nothing of it is kept, and it ends at the limit all the same."""
    sent = 0
    with Connection(attack.server) as connection:
        head = "Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
        connection.send(attack.post(head).encode())
        part = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
        connection.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        piece = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
        try:
            while sent < 1024 and not select.select([connection.socket], [], [], 0)[0]:
                connection.send(piece)
                sent += 1
        except OSError:
            pass
        answer = connection.answer()
    attack.checks.check(
        "a form without an end and without a file is refused at the limit",
        answer is not None and answer.status == 413 and sent < 1024,
        "413",
        f"{answer} after {sent} MB",
    )


def forms(attack: Attack) -> None:
    """Forms that can't be read."""
    checks, server = attack.checks, attack.server
    kind, whole = form(b"content", "a.mp4")
    part = b'--boundary-of-tests\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    bodies = {
        "no end": whole[:-6],
        "no part": b"",
        "another boundary": whole.replace(b"of-tests", b"x"),
        "no name": whole.replace(b'name="file"; ', b""),
        "no file": whole.replace(b'"file"', b'"other"'),
        "an empty file": form(b"", "a.mp4")[1],
        "two files": whole[:-4] + b"\r\n" + whole,
        "long headers": whole.replace(b"\r\n\r\n", b"\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", 1),
        "many parts": part * 1000 + whole,
        "nothing but line ends": b"\r\n" * 100_000,
        "a long preamble": bytes(MEGABYTE) + whole,
    }
    for key, body in bodies.items():
        answer = server.ask(API, "POST", {"Content-Type": kind}, body)
        checks.check(f"a form with {key}", answer.status in (400, 413), "400 or 413", answer)
    for value in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=b",
        "multipart/form-data; boundary=" + "b" * 71,
        'multipart/form-data; boundary="',
    ):
        answer = server.ask(API, "POST", {"Content-Type": value}, whole)
        checks.equal(f"the content type {value[:40]}", answer.status, 400)
    answer = server.ask(API, "POST", {"Content-Type": "video/mp4"}, b"")
    checks.equal("a body without bytes", answer.status, 400)
    attack.check_no_leftovers("of refused forms")


def splits(attack: Attack) -> None:
    """A valid form that comes in two pieces, for each place where it can be cut."""
    content = b"\r\n--bo\r\nx"
    kind, body = form(content, "a.mp4", "bound")
    request = (
        f"POST {API} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body

    def upload(position: int) -> str:
        with Connection(attack.server, timeout=30) as connection:
            connection.send(request[:position])
            time.sleep(0.004)
            connection.send(request[position:])
            answer = connection.answer()
        if answer is None or answer.status != 202 or answer.json()["bytes"] != len(content):
            return f"{position}: {answer}"
        gone = attack.server.ask(answer.headers["location"], "DELETE")
        return "" if gone.status == 204 else f"{position}: delete: {gone}"

    with ThreadPoolExecutor(8) as pool:
        bad = [text for text in pool.map(upload, range(1, len(request))) if text]
    attack.checks.equal(f"{len(request) - 1} ways to cut a form: all are 202", bad[:3], [])
    with Connection(attack.server, timeout=30) as connection:
        for index in range(len(request)):
            connection.send(request[index : index + 1])
        answer = connection.answer()
    attack.checks.check(
        "a form byte by byte", answer is not None and answer.status == 202, 202, answer
    )
