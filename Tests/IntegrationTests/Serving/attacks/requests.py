"""Methods, addresses and sites that may not do what they ask for; parts of files, and heads."""

from __future__ import annotations

import time

from attacks.attack import API, MEGABYTE, Attack
from server import Answer, Connection


def addresses(attack: Attack) -> None:
    """Methods and addresses that there aren't."""
    checks, server = attack.checks, attack.server
    identifier = server.upload(b"x").json()["id"]
    one, page = f"{API}/{identifier}", f"/analyses/{identifier}"
    known = dict.fromkeys(
        ["/", page, "/health/live", "/health/ready", "/metrics", "/api/model", "/api/openapi.json"]
        + [one + end for end in ("/events", "/video", "/report", "/finding", "/table")]
        + [one + "/frames/0.jpg"],
        "GET",
    )
    known |= dict.fromkeys(["/analyses", page + "/delete", "/logout", "/predict"], "POST")
    known |= {"/login": "GET POST", API: "GET POST", one: "GET DELETE"}
    bad: list[str] = []
    for path, words in known.items():
        allowed = set(words.split()) | ({"HEAD"} if "GET" in words else set())
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
            if method in allowed:
                continue
            answer = server.ask(path, method)
            if answer.status != 405 or set(answer.headers.get("allow", "").split(", ")) != allowed:
                bad.append(f"{method} {path}: {answer.status}, {answer.headers.get('allow')}")
    checks.equal("other methods are 405 with Allow", bad, [])
    unknown = [
        "/nothing",
        "//",
        "/api",
        "/api/",
        "/api/analyses/",
        "/../etc/passwd",
        "/assets/",
        "/assets/..",
        "/assets/../server.lock",
        "/assets/%2e%2e%2fserver.lock",
        "/health",
        "/health/live/",
        "/.git/config",
        "/analyses/%00",
        f"{API}/..",
        f"{API}/" + "a" * 26,
        f"{API}/{identifier}a",
        f"{API}/{identifier.upper()}",
    ] + [
        one + end
        for end in (
            "/",
            "/upload",
            "/frames/",
            "/frames/0",
            "/frames/00.jpg",
            "/frames/-1.jpg",
            "/frames/99999999999999999999.jpg",
            "/frames/0.jpg/",
            "/frames/..%2fupload",
            "/frames/0-heat.jpg",
            "/../../../etc/passwd",
            "/result.json",
        )
    ]
    bad = [f"{path}: {answer}" for path in unknown if (answer := server.ask(path)).status != 404]
    checks.equal("other addresses are 404", bad, [])
    answer = server.ask("/nothing", headers={"Accept": "text/html"})
    checks.check(
        "a browser gets a page of 404",
        answer.status == 404 and b"<html" in answer.body,
        "a page",
        answer,
    )


def sites(attack: Attack) -> None:
    """Pages of other sites, and names that are not this server's."""
    checks, server = attack.checks, attack.server
    own = f"127.0.0.1:{server.port}"
    identifier = server.upload(b"x").json()["id"]
    one = f"{API}/{identifier}"
    for host, expected in {
        "evil.example": 421,
        "localhost.evil.example": 421,
        "localhost": 200,
        "a.localhost": 200,
        "192.0.2.7:80": 200,
        "[::1]:9": 200,
        "": 400,
        "a:b:c": 400,
    }.items():
        got = server.ask(API, headers={"Host": host}).status
        checks.equal(f"Host: {host}", got, expected)
    for headers, expected in [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": f"http://{own}/x y"}, 403),
        ({"Origin": f"http://{own}"}, 202),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": f"http://{own}", "Sec-Fetch-Site": "cross-site"}, 403),
    ]:
        got = server.ask(API, "POST", headers, b"x").status
        checks.equal(f"POST with {headers}".replace(own, "OWN"), got, expected)
    evil = {"Origin": "http://evil.example"}
    for path in ("/analyses", f"/analyses/{identifier}/delete", "/predict", "/logout"):
        got = server.ask(path, "POST", evil, b"x").status
        checks.equal(f"POST {path.replace(identifier, 'ID')} from another site", got, 403)
    checks.equal("DELETE from another site", server.ask(one, "DELETE", evil).status, 403)
    checks.equal("GET from another site", server.ask(API, headers=evil).status, 200)
    got = server.ask("/health/live", headers={"Host": "evil.example"}).status
    checks.equal("/health is open under any name", got, 200)


def ranges(attack: Attack) -> None:
    """Parts of a video of 100 MB, and readers that don't read it."""
    checks, server = attack.checks, attack.server
    video = attack.clips.large_video(100 * MEGABYTE)
    analysis = server.finished(server.upload(video, "large.mp4").json()["id"])
    checks.equal("a video with 100 MB at its end", analysis["state"], "done")
    path = analysis["links"]["video"]
    size, last = len(video), len(video) - 1
    for header, (first, final) in {
        "bytes=0-0": (0, 0),
        "bytes=0-99": (0, 99),
        "bytes=5-5": (5, 5),
        "bytes=-7": (last - 6, last),
        f"bytes={last}-": (last, last),
        "BYTES=1-2": (1, 2),
        f"bytes={last - 4}-99999999999999999999": (last - 4, last),
    }.items():
        answer = server.ask(path, headers={"Range": header})
        got = (answer.status, answer.headers.get("content-range"), answer.body)
        expected = (206, f"bytes {first}-{final}/{size}", video[first : final + 1])
        checks.equal(f"Range: {header}", got, expected)
    for header in (f"bytes={size}-", "bytes=99999999999999999999-", "bytes=-0"):
        answer = server.ask(path, headers={"Range": header})
        got = (answer.status, answer.headers.get("content-range"), answer.body)
        checks.equal(f"Range: {header}", got, (416, f"bytes */{size}", b""))
    for header in (
        "bytes=5-3",
        "bytes=a-b",
        "bytes=",
        "bytes",
        "bytes=--1",
        " bytes = 1-2 ",
        "items=0-1",
        "bytes=0-1,3-4",
    ):
        answer = head_of(attack, attack.get(path, f"Range: {header}\r\n"))
        length = answer.headers.get("content-length")
        checks.equal(f"Range: {header} is ignored", (answer.status, length), (200, str(size)))
    answer = head_of(attack, attack.get(path, 'Range: bytes=0-1\r\nIf-Range: "other"\r\n'))
    checks.equal("If-Range: what has another tag comes whole", answer.status, 200)
    answer = server.ask(path, "HEAD", {"Range": "bytes=0-1"})
    length = answer.headers.get("content-length")
    checks.equal("HEAD: a range is ignored", (answer.status, length), (200, str(size)))
    for link in (analysis["links"]["report"], analysis["links"]["self"] + "/frames/0.jpg"):
        answer = server.ask(link, headers={"Range": "bytes=0-3"})
        checks.check(
            f"Accept-Ranges is true: {link.rpartition('/')[2]}",
            answer.status == 206 or "accept-ranges" not in answer.headers,
            "206, or no Accept-Ranges",
            f"{answer.status}, Accept-Ranges: bytes",
        )
    readers = [Connection(server, receive_buffer=4096) for _ in range(24)]
    for reader in readers:
        reader.send(attack.get(path).encode())
    time.sleep(2)
    attack.check_others("24 readers don't take their video")
    checks.check(
        "memory stays bounded", server.memory() < 300, "below 300 MB", f"{server.memory():.0f} MB"
    )
    for reader in readers:
        reader.close()


def head_of(attack: Attack, request: str) -> Answer:
    """The status and the headers of an answer whose body isn't read."""
    with Connection(attack.server) as connection:
        connection.send(request.encode())
        answer = connection.answer("HEAD")
    if answer is None:
        raise ConnectionError("expected an answer, got the end")
    return answer


def answers(attack: Attack) -> None:
    """Heads, attachments, and frames beyond the last one."""
    checks, server = attack.checks, attack.server
    analysis = server.finished(server.upload(attack.clips.video, "answers.mp4").json()["id"])
    one = analysis["links"]["self"]
    answer = server.ask(one + "/report")
    checks.check(
        "the report is an attachment",
        answer.headers.get("content-disposition", "").startswith(
            'attachment; filename="answers.mp4.html"'
        ),
        "attachment",
        answer.headers,
    )
    count = len(analysis["result"]["crops"])
    got = [
        server.ask(f"{one}/frames/{index}.jpg").status
        for index in (0, count - 1, count, 4096, 999_999)
    ]
    checks.equal("frames beyond the last are 404", got, [200, 200, 404, 404, 404])
    bad: list[str] = []
    for path in [
        "/",
        "/login",
        "/nothing",
        "/health/live",
        "/metrics",
        "/api/model",
        API,
        one,
        one + "/frames/0.jpg",
        # The length of a stream isn't known.
        *(path for path in analysis["links"].values() if not path.endswith("/events")),
    ]:
        with Connection(server) as connection:
            connection.send(
                attack.get(path).replace("GET", "HEAD", 1).encode()
                + attack.get(fields="Connection: close\r\n").encode()
            )
            try:
                head, after = connection.answer("HEAD"), connection.answer()
            except (ValueError, OSError) as error:
                bad.append(f"{path}: {error}")
                continue
        expected = head_of(attack, attack.get(path))
        if head is None or after is None or after.status != 200 or head.status != expected.status:
            bad.append(f"{path}: {head}, then {after}")
        elif head.headers.get("content-length") != expected.headers.get("content-length"):
            bad.append(f"{path}: another length")
    checks.equal("HEAD is like GET without a body, and a request may follow", bad, [])
