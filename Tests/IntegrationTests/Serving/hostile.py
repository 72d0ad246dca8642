"""Attacks a running `detector serve`: requests that no client should make, files that are none, and
clients that are slow or go away. Nothing may crash it, write outside of its data folder, or keep others
from their answers.

    python hostile.py --detector PATH --model PATH --weights DIR --clips DIR [--mutants 50]

Standard library only, and ffmpeg for small clips.
"""

from __future__ import annotations

import os
import random
import select
import socket
import struct
import threading
import time
import unicodedata
import zlib
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from server import Answer, Checks, Clips, Connection, Server, arguments, form, run, wait

MARKER = "zq7marker"
MEGABYTE = 1 << 20
JSON = "/api/analyses"


class Trickle(threading.Thread):
    """A client that sends its request byte by byte, one in a second, until it is cut off."""

    def __init__(self, server: Server, first: bytes, most: float) -> None:
        super().__init__(daemon=True)
        self.connection = Connection(server, timeout=5)
        self.first = first
        self.most = most
        self.seconds = float("inf")
        self.start()

    def run(self) -> None:
        start = time.monotonic()
        try:
            self.connection.send(self.first)
            while time.monotonic() - start < self.most:
                readable, _, _ = select.select([self.connection.socket], [], [], 1)
                if readable:
                    break  # An answer, or the end.
                self.connection.send(b"a")
            else:
                return
        except OSError:
            pass
        finally:
            self.connection.close()
        self.seconds = time.monotonic() - start


class Elements(HTMLParser):
    """The names of a page's elements and of their attributes."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.handlers: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.handlers += [name for name, _ in attributes if name.startswith("on")]


class Attack:
    """The checks, on one server without a token."""

    def __init__(self, checks: Checks, root: Path, given: Any) -> None:
        self.checks = checks
        self.root = root
        self.given = given
        self.clips = Clips(given.clips, root)
        self.server = Server(
            given, root / "server", "--queue", "100000", "--workers", "2", "--max-upload", "128MB",
            "--worker-memory", "3GB",
        ).start()

    def quick(self, what: str, most: float = 1) -> None:
        """Checks that others get their answers meanwhile."""
        start = time.monotonic()
        statuses = [self.server.ask(path).status for path in ("/health/live", "/", JSON)]
        seconds = time.monotonic() - start
        self.checks.check(
            f"others are answered meanwhile: {what}", statuses == [200] * 3 and seconds < 3 * most,
            f"three 200 within {3 * most} s", f"{statuses} in {seconds:.1f} s")

    def no_leftovers(self, what: str) -> None:
        """Checks that nothing incomplete stays."""
        try:
            wait(lambda: not self.server.incoming(), 15, "an empty folder `incoming`")
        except TimeoutError:
            pass
        self.checks.equal(f"nothing incomplete stays: {what}", self.server.incoming(), [])

    # MARK: Names

    def names(self) -> None:
        """What clients call their files."""
        mark = MARKER + ".mp4"
        names = {
            "traversal": f"../../../../etc/{mark}", "absolute": f"/etc/{mark}",
            "backslashes": f"..\\..\\etc\\{mark}", "drive": f"C:\\{mark}", "NUL": f"a\0{mark}",
            "line end": f"a\r\nSet-Cookie: x=1\r\n\r\n{mark}", "script": f"<script>alert(1){mark}",
            "image": f'"><img src=x onerror=alert(1)>{mark}', "quote": f"'\" onmouseover=x {mark}",
            "escape": f"\x1b[31m{mark}", "right to left": f"\u202egpj.{mark}", "dots": "..",
            "dot": ".", "entity": f"&lt;b&gt;&#60;b{mark}", "shell": f"$(touch {MARKER})`x`",
            "SQL": f"'; DROP TABLE analyses; -- {mark}", "percent": f"%2e%2e%2f%00{mark}",
            "long": "a" * 10_000 + mark, "marks": "a" + "\u0301" * 3000 + mark, "emoji": f"🎭{mark}",
            "isolates": f"\u2066\u2069\u200f{mark}", "formula": f"=1+1|{mark}", "blank": " \t ",
        }
        identifiers: dict[str, str] = {}
        for key, name in names.items():
            answer = self.server.ask(
                f"{JSON}?name={quote(name)}", "POST", {"Content-Type": "image/jpeg"},
                self.clips.picture)
            self.checks.equal(f"name by address: {key}", answer.status, 202)
            if answer.status == 202:
                identifiers[key] = answer.json()["id"]
            # Names with control characters or beyond the limit of headers may be refused.
            answer = self.server.upload(self.clips.picture, name)
            allowed = (202, 400) if key in ("NUL", "line end", "escape", "long") else (202,)
            self.checks.check(
                f"name in a form: {key}", answer.status in allowed, allowed, answer)
            if answer.status == 202:
                identifiers[key + ", form"] = answer.json()["id"]
        raw = (f'--b\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
               + b"\xff\xfe\xc0\xaf" + mark.encode() + b'"\r\n\r\nx\r\n--b--\r\n')
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = self.server.ask(JSON, "POST", kind, raw)
        self.checks.check("a name that is no UTF-8", answer.status in (202, 400), "202", answer)
        bad: list[str] = []
        for key, identifier in identifiers.items():
            analysis = self.server.finished(identifier)
            bad += self._unsafe_name(key, analysis["name"])
            for path in [analysis["links"]["page"]] + [
                f"{JSON}/{identifier}/{name}" for name in ("report", "table", "finding")
            ]:
                answer = self.server.ask(path)
                if answer.status != 200 or "set-cookie" in answer.headers:
                    bad.append(f"{key}: {path}: {answer.status} {answer.headers}")
                if "html" in answer.headers.get("content-type", ""):
                    bad += self._foreign_elements(f"{key}: {path}", answer)
                elif not answer.headers.get("content-disposition", "").startswith("attachment;"):
                    bad.append(f"{key}: {path}: no attachment")
        bad += self._foreign_elements("home", self.server.ask("/"))
        self.checks.equal("names are shown escaped, in one line, without marks", bad, [])

    @staticmethod
    def _unsafe_name(key: str, name: str) -> list[str]:
        bad = [c for c in name if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs")
               or c in "/\\" or c in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
        return [f"{key}: {name!r}"] if bad or not 1 <= len(name) <= 200 else []

    @staticmethod
    def _foreign_elements(place: str, answer: Answer) -> list[str]:
        elements = Elements(answer.body)
        bad = elements.handlers + [name for name in elements.names if name in ("b", "iframe")]
        if b"<script>alert" in answer.body or b"<img src=x" in answer.body:
            bad.append("the name's own element")
        return [f"{place}: {bad}"] if bad else []

    # MARK: Bodies

    def bodies(self) -> None:
        """Bodies that are too long, incomplete or malformed."""
        address = f"Host: localhost:{self.server.port}\r\n"
        head = f"POST {JSON} HTTP/1.1\r\n{address}Content-Type: video/mp4\r\n"
        huge = (head + "Content-Length: 10737418240\r\n\r\n").encode()
        start = time.monotonic()
        with Connection(self.server) as connection:
            connection.send(huge)
            answer = connection.answer()
        seconds = time.monotonic() - start
        self.checks.check(
            "10 GB are refused at once", answer is not None and answer.status == 413 and seconds < 2,
            "413 within 2 s", f"{answer} in {seconds:.1f} s")
        with Connection(self.server) as connection:
            connection.send(huge)
            for _ in range(64):
                connection.send(bytes(64 << 10))
                time.sleep(0.03)
            answer = connection.answer()
        self.checks.check(
            "10 GB are refused also when the client goes on", answer is not None
            and answer.status == 413, 413, answer)
        with Connection(self.server) as connection:
            connection.send((head + "Transfer-Encoding: chunked\r\n\r\n").encode())
            piece = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
            sent = 0
            try:
                while sent < 1024 and not select.select([connection.socket], [], [], 0)[0]:
                    connection.send(piece)
                    sent += 1
            except OSError:
                pass
            answer = connection.answer()
        self.checks.check(
            "a body without an end is refused at the limit", answer is not None
            and answer.status == 413 and sent < 300, "413 before 300 MB", f"{answer} at {sent} MB")
        for count in (1, 1000, MEGABYTE):
            with Connection(self.server) as connection:
                connection.send((head + "Content-Length: 2000000\r\n\r\n").encode() + bytes(count))
        kind, whole = form(b"content", "a.mp4")
        refused = {
            "no end": whole[:-6], "no part": b"", "other boundary": whole.replace(b"of-tests", b"x"),
            "no name": whole.replace(b'name="file"; ', b""), "no file": whole.replace(b"file", b"x"),
            "empty file": form(b"", "a.mp4")[1], "two files": whole[:-4] + b"\r\n" + whole,
            "long headers": whole.replace(b"\r\n\r\n", b"\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", 1),
            "many parts": whole[:26].replace(b"C", b"", 0) + b"".join(
                b'--boundary-of-tests\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
                for _ in range(1000)) + whole,
            "nothing but line ends": b"\r\n" * 100_000, "long preamble": bytes(MEGABYTE) + whole,
        }
        for key, body in refused.items():
            answer = self.server.ask(JSON, "POST", {"Content-Type": kind}, body)
            self.checks.check(
                f"a form that can't be read: {key}", answer.status in (400, 413), "400 or 413", answer)
        for value in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed",
                      "multipart/form-data; boundary=" + "b" * 71, 'multipart/form-data; boundary="'):
            answer = self.server.ask(JSON, "POST", {"Content-Type": value}, whole)
            self.checks.equal(f"content type {value[:40]}", answer.status, 400)
        answer = self.server.ask(JSON, "POST", {"Content-Type": "video/mp4"}, b"")
        self.checks.equal("no bytes", answer.status, 400)
        self.no_leftovers("refused and broken uploads")

    def splits(self) -> None:
        """A valid form that comes in two pieces, for each place where it can be cut."""
        content = b"\r\n--bo\r\nx"
        kind, body = form(content, "a.mp4", "bound")
        request = (
            f"POST {JSON} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body

        def upload(position: int) -> str:
            with Connection(self.server, timeout=30) as connection:
                connection.send(request[:position])
                time.sleep(0.004)
                connection.send(request[position:])
                answer = connection.answer()
            if answer is None or answer.status != 202 or answer.json()["bytes"] != len(content):
                return f"{position}: {answer}"
            gone = self.server.ask(f"{JSON}/{answer.json()['id']}", "DELETE")
            return "" if gone.status == 204 else f"{position}: delete: {gone}"

        with ThreadPoolExecutor(8) as pool:
            bad = [text for text in pool.map(upload, range(1, len(request))) if text]
        self.checks.equal(f"{len(request) - 1} ways to cut a form are read alike", bad[:3], [])
        with Connection(self.server, timeout=30) as connection:
            for index in range(len(request)):
                connection.send(request[index:index + 1])
            answer = connection.answer()
        self.checks.check(
            "a form byte by byte", answer is not None and answer.status == 202, 202, answer)

    # MARK: HTTP

    def syntax(self) -> None:
        """What is no HTTP, or HTTP that two servers might read differently."""
        host = f"Host: localhost:{self.server.port}\r\n"
        get = f"GET /health/live HTTP/1.1\r\n{host}"
        post = f"POST {JSON} HTTP/1.1\r\n{host}Content-Type: a/b\r\n"
        hidden = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
        garbage: dict[str, bytes] = {
            "zeros": bytes(5000), "random": random.Random(1).randbytes(70_000),
            "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
            "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/0.9": b"GET /\r\n\r\n",
            "a version": get.replace("1.1", "3.7").encode() + b"\r\n",
            "no version": b"GET /health/live\r\n" + host.encode() + b"\r\n",
            "a header of 1 MB": (get + "X: " + "a" * MEGABYTE + "\r\n\r\n").encode(),
            "headers of 1 MB": (get + "X: aaaaaaaaaaaa\r\n" * 60_000 + "\r\n").encode(),
            "an address of 1 MB": b"GET /" + b"a" * MEGABYTE + b" HTTP/1.1\r\n\r\n",
            "two lengths": (post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd").encode(),
            "a negative length": (post + "Content-Length: -1\r\n\r\na").encode(),
            "a length with +": (post + "Content-Length: +1\r\n\r\na").encode(),
            "a hexadecimal length": (post + "Content-Length: 0x1\r\n\r\na").encode(),
            "a length of 30 digits": (post + f"Content-Length: {'9' * 30}\r\n\r\na").encode(),
            "another coding": (post + "Transfer-Encoding: xchunked\r\n\r\n1\r\na\r\n").encode(),
            "a bad chunk": (post + "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n").encode(),
            "a huge chunk": (post + "Transfer-Encoding: chunked\r\n\r\n" + "f" * 17 + "\r\n").encode(),
            "a blank before the colon": (get + "X : a\r\n\r\n").encode(),
            "a header without a colon": (get + "X\r\n\r\n").encode(),
            "NUL in a header": (get + "X: a\0b\r\n\r\n").encode(),
            "a bare CR in a header": (get + "X: a\rY: b\r\n\r\n").encode(),
            "no host": f"GET {JSON} HTTP/1.1\r\n\r\n".encode(),
            "two hosts": (f"GET {JSON} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n").encode(),
            "a host that is none": f"GET {JSON} HTTP/1.1\r\nHost: a b/c\r\n\r\n".encode(),
        }
        for key, data in garbage.items():
            status = self._first_status(data)
            self.checks.check(
                f"no HTTP: {key}", status in (0, 400, 404, 405, 413, 414, 421, 431, 505),
                "400 or an end", status)
        inner = hidden.encode()
        both = (post + f"Content-Length: {5 + len(inner)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        self.checks.check(
            "length and chunks: nothing hides behind them", len(self._answers(both.encode() + inner)) <= 1,
            "at most one answer", "two")
        refused = f"POST /nothing HTTP/1.1\r\n{host}Content-Length: {len(inner)}\r\n\r\n".encode()
        self.checks.equal(
            "a refused body is no request", self._answers(refused + inner), [404])
        many = (get + "\r\n") * 30 + f"GET /nothing HTTP/1.1\r\n{host}\r\n"
        self.checks.equal(
            "pipelined requests are answered in order",
            self._answers(many.encode()), [200] * 30 + [404])
        mixed = (post + "Content-Length: 1\r\n\r\na" + get + "\r\n").encode()
        self.checks.equal("a request follows an upload", self._answers(mixed), [202, 200])
        expecting = (post + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n").encode()
        with Connection(self.server) as connection:
            connection.send(expecting)
            time.sleep(0.5)
            connection.send(b"a")
            answer = connection.answer()
        self.checks.check("Expect: 100-continue", answer is not None and answer.status == 202, 202, answer)
        queries = ["?", "?=", "?&", "?=&=&&", "?q", "?q=%", "?q=%f", "?q=%ff", "?limit=%00", "?q=a=b",
                   "?" + "&".join(f"q{i}=1" for i in range(1000)), "?before=_", "?before=1_" + "a" * 26,
                   "?limit=9223372036854775808", "?limit=-0", "?q=%25%5f%5C", "?q=" + "a" * 1001,
                   "?before=7ff0000000000000_" + "a" * 26, "?verdict=cannot%20tell&state=done"]
        statuses = {self.server.ask(path + query).status for query in queries for path in (JSON, "/")}
        self.checks.check("odd queries", statuses <= {200, 400}, "200 or 400", statuses)
        raw = self._answers(f"GET {JSON}?q=".encode() + b"\xff\xc0\x80 HTTP/1.1\r\n" + host.encode() + b"\r\n")
        self.checks.check("bytes that are no UTF-8 in an address", set(raw) <= {200, 400}, "200", raw)

    def _first_status(self, data: bytes) -> int:
        answers = self._answers(data)
        return answers[0] if answers else 0

    def _answers(self, data: bytes) -> list[int]:
        """The statuses of all answers to some bytes, after which the client sends no more."""
        statuses: list[int] = []
        with Connection(self.server) as connection:
            try:
                connection.send(data)
                connection.socket.shutdown(socket.SHUT_WR)
                while answer := connection.answer():
                    statuses.append(answer.status)
            except (ConnectionError, BrokenPipeError):
                pass
        return statuses

    def addresses(self) -> None:
        """Methods and addresses that there aren't."""
        identifier = self.server.upload(b"x").json()["id"]
        one = f"{JSON}/{identifier}"
        known = {
            "/": "GET", "/analyses": "POST", f"/analyses/{identifier}": "GET",
            f"/analyses/{identifier}/delete": "POST", "/login": "GET, POST", "/logout": "POST",
            "/predict": "POST", "/health/live": "GET", "/health/ready": "GET", "/metrics": "GET",
            JSON: "GET, POST", one: "GET, DELETE", one + "/events": "GET", one + "/video": "GET",
            one + "/report": "GET", one + "/finding": "GET", one + "/table": "GET",
            one + "/frames/0.jpg": "GET", "/api/model": "GET", "/api/openapi.json": "GET",
        }
        bad: list[str] = []
        for path, allowed in known.items():
            expected = allowed.replace("GET", "GET, HEAD")
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
                if method in allowed:
                    continue
                answer = self.server.ask(path, method)
                got = set(answer.headers.get("allow", "").split(", "))
                if answer.status != 405 or got != set(expected.split(", ")):
                    bad.append(f"{method} {path}: {answer.status}, Allow: {', '.join(sorted(got))}")
        self.checks.equal("other methods are 405 with Allow", bad, [])
        unknown = [
            "/nothing", "//", "/api", "/api/", "/api/analyses/", "/../etc/passwd", "/assets/", "/assets/..",
            "/assets/../server.lock", "/assets/%2e%2e%2fserver.lock", one + "/", one + "/upload",
            one + "/frames/", one + "/frames/0", one + "/frames/00.jpg", one + "/frames/-1.jpg",
            one + "/frames/99999999999999999999.jpg", one + "/frames/0.jpg/", one + "/frames/..%2fupload",
            one + "/../../../etc/passwd", f"{JSON}/{identifier.upper()}", f"{JSON}/{identifier}a",
            f"{JSON}/..", f"{JSON}/" + "a" * 26, "/analyses/%00", "/health", "/health/live/", "/.git/config",
        ]
        bad = [f"{path}: {answer}" for path in unknown
               if (answer := self.server.ask(path)).status != 404]
        self.checks.equal("other addresses are 404", bad, [])
        page = self.server.ask("/nothing", headers={"Accept": "text/html"})
        self.checks.check(
            "a browser gets a page of 404", page.status == 404 and b"<html" in page.body, "a page", page)

    def origins(self) -> None:
        """Pages of other sites, and other names of this server."""
        own = f"127.0.0.1:{self.server.port}"
        cases: list[tuple[str, str, dict[str, str], int]] = [
            ("another name", "GET", {"Host": "evil.example"}, 421),
            ("another name like ours", "GET", {"Host": "localhost.evil.example"}, 421),
            ("localhost", "GET", {"Host": "localhost"}, 200),
            ("an address", "GET", {"Host": "192.0.2.7:80"}, 200),
            ("an address of IPv6", "GET", {"Host": "[::1]:9"}, 200),
            ("another site", "POST", {"Origin": "http://evil.example"}, 403),
            ("another port", "POST", {"Origin": "http://127.0.0.1:1"}, 403),
            ("no site", "POST", {"Origin": "null"}, 403),
            ("a broken origin", "POST", {"Origin": "http://" + own + "/x y"}, 403),
            ("this site", "POST", {"Origin": f"http://{own}"}, 202),
            ("another site by Sec-Fetch-Site", "POST", {"Sec-Fetch-Site": "cross-site"}, 403),
            ("a site beside", "POST", {"Sec-Fetch-Site": "same-site"}, 403),
            ("this site by Sec-Fetch-Site", "POST", {"Sec-Fetch-Site": "same-origin"}, 202),
            ("another site that deletes", "DELETE", {"Origin": "http://evil.example"}, 403),
            ("another site that reads", "GET", {"Sec-Fetch-Site": "cross-site"}, 200),
        ]
        identifier = self.server.upload(b"x").json()["id"]
        for key, method, headers, expected in cases:
            path = f"{JSON}/{identifier}" if method == "DELETE" else JSON
            body = b"x" if method == "POST" else None
            answer = self.server.ask(path, method, headers, body)
            self.checks.equal(f"{method} from {key}", answer.status, expected)
        for path in ("/analyses", f"/analyses/{identifier}/delete", "/predict", "/logout"):
            answer = self.server.ask(path, "POST", {"Origin": "http://evil.example"}, b"x")
            self.checks.equal(f"POST {path.replace(identifier, 'ID')} from another site", answer.status, 403)
        self.checks.equal(
            "/health is open under any name",
            self.server.ask("/health/live", headers={"Host": "evil.example"}).status, 200)

    # MARK: Answers

    def ranges(self) -> None:
        """Parts of files, heads of answers, and readers that don't read."""
        size = 100 * MEGABYTE
        video = self.clips.large_video(size)
        identifier = self.server.upload(video, "large.mp4").json()["id"]
        analysis = self.server.finished(identifier)
        self.checks.equal("a video with 100 MB at its end", analysis["state"], "done")
        one = f"{JSON}/{identifier}"
        path = one + "/video"
        last = len(video) - 1
        cases: dict[str, tuple[int, int, int]] = {
            "bytes=0-0": (206, 0, 0), "bytes=0-99": (206, 0, 99), "bytes=5-5": (206, 5, 5),
            "bytes=-7": (206, last - 6, last), f"bytes={last}-": (206, last, last),
            f"bytes={last - 4}-99999999999999999999": (206, last - 4, last),
            f"bytes={last + 1}-": (416, 0, 0), "bytes=99999999999999999999-": (416, 0, 0),
            "bytes=-0": (416, 0, 0), " bytes = 1-2 ": (206, 1, 2), "BYTES=1-2": (206, 1, 2),
        }
        for header, (status, first, final) in cases.items():
            answer = self.server.ask(path, headers={"Range": header})
            content = (answer.status, answer.headers.get("content-range"), answer.body)
            expected = (206, f"bytes {first}-{final}/{len(video)}", video[first:final + 1])
            if status == 416:
                expected = (416, f"bytes */{len(video)}", b"")
            self.checks.equal(f"Range: {header}", content, expected)
        ignored = ["bytes=5-3", "bytes=a-b", "bytes=", "items=0-1", "bytes=0-1,3-4", "bytes", "bytes=--1"]
        for headers in [{"Range": value} for value in ignored] + [{"Range": "bytes=0-1", "If-Range": '"x"'}]:
            with Connection(self.server) as connection:
                lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                connection.send(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
                head = connection.answer("HEAD")
            got = head and (head.status, head.headers.get("content-length"))
            self.checks.equal(f"{headers} is ignored", got, (200, str(len(video))))
        self._heads(identifier)
        report = self.server.ask(one + "/report", headers={"Range": "bytes=0-3"})
        says = report.headers.get("accept-ranges") == "bytes"
        self.checks.check(
            "Accept-Ranges is said only where it is true", not says or report.status == 206,
            "206, or no Accept-Ranges", f"{report.status}, Accept-Ranges: bytes")
        whole = self.server.ask(one + "/report")
        self.checks.check(
            "the report is an attachment", whole.headers.get("content-disposition", "").startswith(
                'attachment; filename="large.mp4.html"'), "attachment", whole.headers)
        count = len(analysis["result"]["crops"])
        frames = [self.server.ask(f"{one}/frames/{index}.jpg").status
                  for index in (0, count - 1, count, 4096, 999_999)]
        self.checks.equal("frames beyond the last are 404", frames, [200, 200, 404, 404, 404])
        readers = [Connection(self.server, receive_buffer=4096) for _ in range(24)]
        for reader in readers:
            reader.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(2)
        self.quick("24 readers don't take their video")
        self.checks.check(
            "memory stays bounded", self.server.memory() < 300, "below 300 MB",
            f"{self.server.memory():.0f} MB")
        for reader in readers:
            reader.close()

    def _heads(self, identifier: str) -> None:
        bad: list[str] = []
        one = f"{JSON}/{identifier}"
        for path in ["/", "/login", "/nothing", f"/analyses/{identifier}", "/health/live", "/metrics", JSON, one,
                     one + "/video", one + "/report", one + "/finding", one + "/table", one + "/events",
                     one + "/frames/0.jpg", "/api/model"]:
            with Connection(self.server) as connection:
                connection.send(
                    f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                try:
                    head, after = connection.answer("HEAD"), connection.answer()
                except (ValueError, OSError) as error:
                    bad.append(f"{path}: {error}")
                    continue
            if head is None or after is None or after.status != 200:
                bad.append(f"{path}: {head}, then {after}")
        self.checks.equal("HEAD has no body, and a request may follow", bad, [])

    # MARK: Files

    def files(self) -> None:
        """Files that are no video, or name other files."""
        folder = self.root / "named"
        folder.mkdir()
        (folder / "other.mp4").write_bytes(self.clips.video)
        other = folder / "other.mp4"
        bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
        deflated = b"".join(bomb.compress(bytes(MEGABYTE)) for _ in range(100)) + bomb.flush()
        zipped = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(deflated),
                             100 * MEGABYTE, 5, 0) + b"a.mp4" + deflated
        playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://%s\n#EXT-X-ENDLIST\n"
        image = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
        hostile = {
            "zip.mp4": zipped, "text.mp4": b"Not a video.\n" * 100, "passwd.m3u8": (playlist % "/etc/passwd").encode(),
            "clip.m3u8": (playlist % other).encode(), "clip.mp4": (playlist % other).encode(),
            "list.ffconcat": f"ffconcat version 1.0\nfile '{other}'\n".encode(),
            "list.mp4": f"ffconcat version 1.0\nfile 'file:{other}'\nduration 1\n".encode(),
            "image.svg": image.encode(), "page.html": b"<script>alert(1)</script>",
            "list.sdp": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n",
            "manifest.mpd": f'<?xml version="1.0"?><MPD><Period><BaseURL>{other}</BaseURL></Period></MPD>'.encode(),
            "empty.mp4": b"\0", "huge.png": self._huge_picture(), "folder.tar": bytes(10240),
        }
        ids = {name: self.server.upload(content, name).json()["id"] for name, content in hostile.items()}
        for name, identifier in ids.items():
            analysis = self.server.finished(identifier, 90)
            reason = analysis.get("failure", {}).get("message", "")
            self.checks.check(
                f"{name} fails with a reason", analysis["state"] == "failed" and len(reason) > 10
                and str(self.root) not in reason, "failed, a sentence without a path",
                f"{analysis['state']}: {reason}")

    @staticmethod
    def _huge_picture() -> bytes:
        """A PNG of 60,000 x 60,000 pixels in some KB."""
        def chunk(kind: bytes, content: bytes) -> bytes:
            return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(
            b"IDAT", zlib.compress(bytes(MEGABYTE))) + chunk(b"IEND", b"")

    def mutants(self) -> None:
        """A clip with seeded damage."""
        generator = random.Random(20)
        clip = self.clips.video
        ids: list[str] = []
        for _ in range(self.given.mutants):
            content = bytearray(clip)
            for _ in range(generator.randint(1, 4)):
                start = generator.randrange(len(content))
                length = min(generator.choice([1, 4, 16, 256, 4096]), len(content) - start)
                kind = generator.randrange(5)
                if kind == 0:
                    content[start:start + length] = generator.randbytes(length)
                elif kind == 1:
                    content[start:start + length] = bytes(length)
                elif kind == 2:
                    content[start:start] = content[start:start + length]
                elif kind == 3:
                    del content[start:start + length]
                else:
                    content[start:start + 4] = b"\xff\xff\xff\xff"
            ids.append(self.server.upload(bytes(content), "mutant.mp4").json()["id"])
        bad: list[str] = []
        states: dict[str, int] = {}
        for identifier in ids:
            analysis = self.server.finished(identifier, 120)
            states[analysis["state"]] = states.get(analysis["state"], 0) + 1
            if analysis["state"] == "failed" and len(analysis["failure"]["message"]) < 10:
                bad.append(str(analysis["failure"]))
        self.checks.equal(f"{len(ids)} mutants end with an answer or a reason {states}", bad, [])

    # MARK: Clients

    def clients(self) -> None:
        """Clients that come in great number, go away, or delete what they wait for."""
        crowd = []
        for _ in range(600):
            try:
                crowd.append(Connection(self.server, timeout=2))
            except OSError:
                break
        for connection in crowd:
            connection.close()
        time.sleep(0.5)
        self.quick(f"{len(crowd)} connections came and went")
        long = self.clips.long_video()
        identifier = self.server.upload(long, "long.mp4").json()["id"]
        wait(lambda: self.server.analysis(identifier)["state"] == "running", 30, "a running analysis")
        followers = [Connection(self.server) for _ in range(20)]
        for follower in followers:
            follower.send(f"GET {JSON}/{identifier}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            follower.close()
        gone = self.server.ask(f"{JSON}/{identifier}", "DELETE")
        self.checks.equal("what runs can be deleted", gone.status, 204)
        self.checks.equal("then it is gone", self.server.ask(f"{JSON}/{identifier}").status, 404)
        answers: list[Answer] = []
        predict = threading.Thread(target=lambda: answers.append(self.server.ask(
            "/predict?name=predicted.mp4", "POST", {"Content-Type": "video/mp4"}, long, timeout=90)))
        predict.start()

        def running() -> str:
            found = self.server.ask(f"{JSON}?q=predicted&state=running").json()["analyses"]
            return found[0]["id"] if found else ""

        self.server.ask(f"{JSON}/{wait(running, 30, 'a running analysis', 0.02)}", "DELETE")
        start = time.monotonic()
        predict.join(30)
        got = (answers[0].status, answers[0].code()) if answers else None
        self.checks.check(
            "/predict of what is deleted ends", got == (404, "not-found") and time.monotonic() - start < 5,
            "404 not-found within 5 s", f"{got} in {time.monotonic() - start:.1f} s")
        after = self.server.finished(self.server.upload(self.clips.picture, "after.jpg").json()["id"])
        self.checks.equal("the next one works", after["state"], "done")

    def end(self, slow: dict[str, tuple[Trickle, float]]) -> None:
        """What must be true in the end."""
        for key, (trickle, most) in slow.items():
            trickle.join(max(most - 0, 1))
            self.checks.check(
                f"a byte a second {key} is cut off", trickle.seconds <= most, f"within {most:.0f} s",
                f"{trickle.seconds:.0f} s")
        def followers() -> bool:
            return b"deepfake_event_streams 0" in self.server.ask("/metrics").body

        try:
            wait(followers, 30, "no followers", 1)
        except TimeoutError:
            pass
        self.checks.check("nobody follows any more", followers(), "event_streams 0", "more")
        self.no_leftovers("in the end")
        self.checks.equal("files in the data folder have the server's names", self.server.foreign_files(), [])
        finish(self.checks, self.server)


# MARK: Other servers

def tokens(checks: Checks, root: Path, given: Any) -> None:
    """A server with tokens."""
    token = "correct-horse-battery-staple"
    path = root / "tokens"
    path.write_text(f"another-token-of-some-length\n{token}\n")
    server = Server(given, root / "restricted", "--token-file", str(path), "--public-name", "fakes.example.org").start()
    right = {"Authorization": f"Bearer {token}"}
    browser = {"Accept": "text/html,*/*"}
    one = f"{JSON}/{'a' * 26}"
    wrong = [{}, {"Authorization": f"Bearer {token}x"}, {"Authorization": f"Bearer {token[:-1]}"},
             {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, {"Authorization": f"Basic {token}"},
             {"Authorization": token}, {"Cookie": "deepfake_session=" + "0" * 64}, {"Cookie": "deepfake_session="},
             {"Cookie": f"deepfake_session={token}"}, {"Authorization": "Bearer " + "a" * 10_000}]
    bad: list[str] = []
    for headers in wrong:
        for method, address in [("GET", JSON), ("GET", one), ("DELETE", one), ("POST", JSON), ("POST", "/predict"),
                                ("GET", "/metrics"), ("GET", "/api/model"), ("GET", "/api/openapi.json"),
                                ("GET", one + "/events"), ("HEAD", JSON)]:
            body = b"x" if method == "POST" else None
            answer = server.ask(address, method, headers, body)
            if answer.status != 401 or answer.headers.get("www-authenticate") != "Bearer":
                bad.append(f"{method} {address} {headers}: {answer}")
        for method, address in [("GET", "/"), ("GET", f"/analyses/{'a' * 26}"), ("POST", "/analyses")]:
            answer = server.ask(address, method, headers | browser, b"x" if method == "POST" else None)
            if answer.status != 303 or not answer.headers.get("location", "").startswith("/login"):
                bad.append(f"page {method} {address} {headers}: {answer}")
    checks.equal("without the right token: 401, and pages lead to /login", bad, [])
    checks.equal("uploads without a token leave nothing", server.incoming() + server.foreign_files(), [])
    for address in ("/health/live", "/health/ready", "/login"):
        checks.equal(f"{address} is open", server.ask(address).status, 200)
    checks.equal("the right token", server.ask(JSON, headers=right).status, 200)
    checks.equal("the public name", server.ask(JSON, headers=right | {"Host": "fakes.example.org"}).status, 200)
    form_ = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = server.ask("/login", "POST", form_, b"token=wrong-token-of-some-length")
    checks.equal("login with a wrong token", (answer.status, answer.headers.get("set-cookie")), (401, None))
    for body in (b"", b"token", b"a=b", b"token=%", b"&" * 5000, b"token=" + b"a" * 100_000):
        answer = server.ask("/login", "POST", form_, body)
        checks.check(f"login with {body[:12]!r}", answer.status in (400, 401, 413), "401", answer)
    for next_ in ("//evil.example", "https://evil.example", "/\\evil.example", "/analyses/../x", "javascript:alert(1)"):
        answer = server.ask("/login", "POST", form_, f"token={token}&next={quote(next_)}".encode())
        checks.equal(f"login leads not to {next_}", answer.headers.get("location"), "/")
    answer = server.ask("/login", "POST", form_, f"token={token}".encode())
    cookie = answer.headers.get("set-cookie", "")
    checks.check("login gives a cookie", answer.status == 303 and "HttpOnly" in cookie
                 and "SameSite=Strict" in cookie and token not in cookie, "HttpOnly; SameSite=Strict", cookie)
    session = {"Cookie": cookie.split(";")[0]}
    checks.equal("the cookie opens", server.ask(JSON, headers=session).status, 200)
    answer = server.ask("/logout", "POST", session | {"Origin": "http://evil.example"}, b"")
    checks.equal("another site can't log out", (answer.status, server.ask(JSON, headers=session).status), (403, 200))
    server.ask("/logout", "POST", session, b"")
    checks.equal("after the log-out it doesn't open", server.ask(JSON, headers=session).status, 401)
    finish(checks, server)


def limits(checks: Checks, root: Path, clips: Clips, given: Any) -> None:
    """Workers that are ended by their limits."""
    server = Server(given, root / "hasty", "--time-limit", "1s", "--workers", "1").start()
    long = server.upload(clips.long_video(), "long.mp4").json()["id"]
    next_ = server.upload(clips.picture, "next.jpg").json()["id"]
    analysis = server.finished(long)
    checks.check("a long clip fails at --time-limit 1s", analysis.get("failure", {}).get("code") == "timeLimit"
                 and "1 second" in analysis["failure"]["message"], "timeLimit", analysis.get("failure"))
    checks.equal("the next one works", server.finished(next_)["state"], "done")
    finish(checks, server)
    server = Server(given, root / "small", "--worker-memory", "512MB", "--workers", "1")
    try:
        server.start()
    except RuntimeError as error:
        checks.check("no worker can start with 512 MB: the server says so and ends", "status 1" in str(error)
                     and len(server.log()) > 20, "status 1 and a reason", error)
        return
    analysis = server.finished(server.upload(clips.long_video(), "long.mp4").json()["id"], 120)
    checks.check("a worker with 512 MB ends with an answer or a reason", analysis["state"] in ("done", "failed"),
                 "an end", analysis["state"])
    after = server.finished(server.upload(b"text", "next.txt").json()["id"])
    checks.equal("the next one ends", after["failure"]["code"], "unreadable")
    finish(checks, server)


def finish(checks: Checks, server: Server) -> None:
    """What every server must be like in the end."""
    name = server.root.name
    checks.check(f"{name}: the server runs", server.is_running(), "a running process", "none")
    checks.equal(f"{name}: no 5xx other than 503 and 507", server.errors, [])
    checks.equal(f"{name}: every answer has the safety headers", server.unsafe, [])
    checks.equal(f"{name}: it ends with SIGTERM", server.end(), 0)
    print(f"      {name}: {sum(server.statuses.values())} answers: {dict(sorted(server.statuses.items()))}")


def outside(root: Path) -> dict[str, tuple[int, int]]:
    """Files that a server must not touch: those of its other folders, and what has the tests' names."""
    found: dict[str, tuple[int, int]] = {}
    for folder in (root / "server", Path("/etc"), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.cwd()):
        for base, folders, files in os.walk(folder):
            path = Path(base)
            if path == root / "server":
                folders.remove("data")
            elif folder != root / "server" and root not in (path, *path.parents):
                files = [name for name in files if MARKER in name or name == "passwd"]
                if folder in (Path("/tmp"), Path.cwd()):
                    folders.clear()  # Others work below it.
            for name in files:
                try:
                    status = (path / name).stat()
                except OSError:
                    continue
                if name != "server.log":
                    found[str(path / name)] = (status.st_size, status.st_mtime_ns)
    return found


def main() -> None:
    given = arguments(__doc__ or "", ("--mutants", {"type": int, "default": 50, "help": "damaged clips"}))

    def body(checks: Checks, root: Path) -> None:
        attack = Attack(checks, root, given)
        before = outside(root)
        head = f"POST {JSON} HTTP/1.1\r\nHost: localhost\r\nContent-Type: a/b\r\nContent-Length: 9000\r\n\r\n"
        slow = {
            "in a body": (Trickle(attack.server, head.encode(), 100), 75.0),
            "in a refused body": (Trickle(attack.server, head.replace(JSON, "/x").encode(), 100), 40.0),
            "in headers": (Trickle(attack.server, b"GET / HTTP/1.1\r\nX: ", 100), 40.0),
        }
        crowd = [Trickle(attack.server, head.encode(), 6) for _ in range(50)]
        time.sleep(2)
        checks.section("slow bodies", lambda: attack.quick("50 clients send a byte a second"))
        for name in ("names", "bodies", "splits", "syntax", "addresses", "origins", "ranges", "files", "clients"):
            checks.section(name, getattr(attack, name))
        checks.section("tokens", lambda: tokens(checks, root, given))
        checks.section("limits", lambda: limits(checks, root, attack.clips, given))
        checks.section("mutants", attack.mutants)
        checks.equal("nothing was written elsewhere", outside(root), before)
        for trickle in crowd:
            trickle.join(10)
        checks.section("end", lambda: attack.end(slow))

    run(body)


if __name__ == "__main__":
    main()
