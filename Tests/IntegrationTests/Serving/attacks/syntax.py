"""What is no HTTP, or HTTP that two readers might understand differently; odd queries."""

from __future__ import annotations

import random
import select
import socket
import time

from attacks.attack import API, MEGABYTE, Attack
from server import Connection

CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"


def garbage(attack: Attack) -> None:
    """What is no HTTP: answered with 400, or cut off."""
    get, post = attack.get()[:-2], attack.post()
    line = "GET /api/model HTTP/1.1\r\n"
    cases: dict[str, bytes | str] = {
        "zeros": bytes(5000),
        "random": random.Random(1).randbytes(70_000),
        "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
        "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "HTTP/0.9": "GET /\r\n\r\n",
        "another version": get.replace("1.1", "3.7") + "\r\n",
        "no version": get.replace(" HTTP/1.1", "") + "\r\n",
        "a header of 1 MB": get + "X: " + "a" * MEGABYTE + "\r\n\r\n",
        "headers of 1 MB": get + "X: aaaaaaaaaaaa\r\n" * 60_000 + "\r\n",
        "an address of 1 MB": "GET /" + "a" * MEGABYTE + " HTTP/1.1\r\n\r\n",
        "two lengths": post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "a negative length": post + "Content-Length: -1\r\n\r\na",
        "a length with +": post + "Content-Length: +1\r\n\r\na",
        "a hexadecimal length": post + "Content-Length: 0x1\r\n\r\na",
        "a length of 30 digits": post + f"Content-Length: {'9' * 30}\r\n\r\na",
        "another coding": post + "Transfer-Encoding: xchunked\r\n\r\n1\r\na\r\n",
        "a negative chunk": post + CHUNKED + "-1\r\na\r\n",
        "a huge chunk": post + CHUNKED + "f" * 17 + "\r\n",
        "chunks without an end": post + CHUNKED + "1\r\na\r\n",
        "a body without an end": post + "Content-Length: 9\r\n\r\na",
        "a blank before the colon": get + "X : a\r\n\r\n",
        "a header without a colon": get + "X\r\n\r\n",
        "a folded header": get + "X: a\r\n b\r\n\r\n",
        "NUL in a header": get + "X: a\0b\r\n\r\n",
        "a bare CR in a header": get + "X: a\rY: b\r\n\r\n",
        "no host": line + "\r\n",
        "two hosts": line + "Host: localhost\r\nHost: evil.example\r\n\r\n",
        "a host that is none": line + "Host: a b/c\r\n\r\n",
        "a length and chunks": post + f"Content-Length: 5\r\n{CHUNKED}0\r\n\r\n",
    }
    for key, data in cases.items():
        got = statuses(attack, data)
        is_good = not got or got[0] in (400, 404, 413, 414, 431, 505)
        if key == "a folded header":
            is_good = got in ([], [200], [400])
        attack.checks.check(f"no HTTP: {key}", is_good, "400 or an end", got)


def sequences(attack: Attack) -> None:
    """Several requests on a connection, and its end."""
    checks = attack.checks
    get, post = attack.get(), attack.post()
    inner = get.encode()
    both = post + f"Content-Length: {5 + len(inner)}\r\n{CHUNKED}0\r\n\r\n"
    got = statuses(attack, both.encode() + inner)
    checks.check(
        "nothing hides after a length and chunks", got in ([], [400]), "400 or an end", got
    )
    refused = attack.post(f"Content-Length: {len(inner)}\r\n\r\n", "/nothing").encode()
    checks.equal("a refused body is no request", statuses(attack, refused + inner), [404])
    many = get * 30 + attack.get("/nothing")
    checks.equal(
        "pipelined requests are answered in order", statuses(attack, many), [200] * 30 + [404]
    )
    mixed = post + "Content-Length: 1\r\n\r\na" + get
    checks.equal("a request may follow an upload", statuses(attack, mixed), [202, 200])
    for key, data in {
        "Connection: close": attack.get(fields="Connection: close\r\n"),
        "Connection: Close": attack.get(fields="Connection: Close\r\n"),
    }.items():
        with Connection(attack.server) as connection:
            connection.send(data.encode())
            answer = connection.answer()
            ended = select.select([connection.socket], [], [], 2)[0]
        checks.check(
            f"{key} ends the connection",
            answer is not None and answer.status == 200 and bool(ended),
            "200, then an end within 2 s",
            f"{answer}, {'an end' if ended else 'none'}",
        )
    with Connection(attack.server) as connection:
        connection.send((post + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n").encode())
        said = select.select([connection.socket], [], [], 1)[0]
        connection.send(b"a")
        answer = connection.answer()
    checks.check(
        "Expect: 100-continue: the upload works",
        answer is not None and answer.status == 202,
        202,
        answer,
    )
    checks.check(
        "Expect: 100-continue is answered", bool(said), "100 Continue within 1 s", "nothing"
    )


def queries(attack: Attack) -> None:
    """Odd queries."""
    many = "&".join(f"q{index}=1" for index in range(1000))
    odd = [
        "?",
        "?=",
        "?&",
        "?=&=&&",
        "?q",
        "?q=%",
        "?q=%f",
        "?q=%ff",
        "?limit=%00",
        "?q=a=b",
        "?" + many,
        "?before=_",
        "?before=1_" + "a" * 26,
        "?before=7ff0000000000000_" + "a" * 26,
        "?limit=9223372036854775808",
        "?limit=-0",
        "?limit=1e3",
        "?q=%25%5f%5C%22%27",
        "?q=" + "a" * 1001,
        "?q=" + "%20a" * 300,
        "?verdict=cannot%20tell&state=done",
        "?a?b#c",
    ]
    got = {attack.server.ask(path + query).status for query in odd for path in (API, "/")}
    attack.checks.check("odd queries", got <= {200, 400}, "200 or 400", got)
    line = f"GET {API}?q=".encode() + b"\xff\xc0\x80" + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    raw = statuses(attack, line)
    attack.checks.check("bytes that are no UTF-8 in an address", set(raw) <= {200, 400}, "400", raw)


def statuses(attack: Attack, data: bytes | str) -> list[int]:
    """The statuses of all answers to some bytes, after which the client sends no more."""
    found: list[int] = []
    with Connection(attack.server) as connection:
        try:
            connection.send(data.encode("latin-1") if isinstance(data, str) else data)
            time.sleep(0.01)
            connection.socket.shutdown(socket.SHUT_WR)
            while answer := connection.answer():
                found.append(answer.status)
        except ConnectionError:
            pass
    return found
