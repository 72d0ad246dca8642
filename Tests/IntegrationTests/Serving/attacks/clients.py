"""Clients that come in great number, go away, delete what they wait for, or have no token; workers
that are ended by their limits.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from urllib.parse import quote

from attacks.attack import API, Attack
from server import Answer, Connection, Server
from support import wait

TOKEN = "correct-horse-battery-staple"


def clients(attack: Attack) -> None:
    """Many connections, and analyses that are deleted while somebody waits for them."""
    checks, server = attack.checks, attack.server
    crowd: list[Connection] = []
    for _ in range(600):
        try:
            crowd.append(Connection(server, timeout=2))
        except OSError:
            break
    for connection in crowd:
        connection.close()
    time.sleep(0.5)
    attack.check_others(f"{len(crowd)} connections came and went")
    long = attack.clips.long_video()
    one = f"{API}/{server.upload(long, 'long.mp4').json()['id']}"
    wait(lambda: server.ask(one).json()["state"] == "running", 30, "a running analysis")
    for _ in range(20):
        with Connection(server) as follower:
            follower.send(attack.get(one + "/events").encode())
    checks.equal("what runs can be deleted", server.ask(one, "DELETE").status, 204)
    checks.equal("then it is gone", server.ask(one).status, 404)
    answers: list[Answer] = []

    def predict() -> None:
        kind = {"Content-Type": "video/mp4"}
        answers.append(server.ask("/predict?name=predicted.mp4", "POST", kind, long, timeout=90))

    def running() -> str | None:
        found = server.ask(f"{API}?q=predicted&state=running").json()["analyses"]
        return found[0]["links"]["self"] if found else None

    waiting = threading.Thread(target=predict)
    waiting.start()
    server.ask(wait(running, 30, "a running analysis", 0.02), "DELETE")
    start = time.monotonic()
    waiting.join(30)
    seconds = time.monotonic() - start
    got = (answers[0].status, answers[0].code()) if answers else None
    checks.check(
        "/predict of what is deleted ends",
        got == (404, "not-found") and seconds < 5,
        "404 not-found within 5 s",
        f"{got} in {seconds:.1f} s",
    )
    picture = server.upload(attack.clips.picture, "after.jpg").json()["id"]
    checks.equal("the next one works", server.finished(picture)["state"], "done")


def followers(attack: Attack) -> None:
    """Nobody follows an analysis any more."""

    def are_gone() -> bool:
        return b"deepfake_event_streams 0" in attack.server.ask("/metrics").body

    try:
        wait(are_gone, 30, "no followers", 1)
    except TimeoutError:
        pass
    attack.checks.check("nobody follows any more", are_gone(), "event_streams 0", "more")


def tokens(attack: Attack) -> None:
    """A server with tokens."""
    path = attack.root / "tokens"
    path.write_text(f"another-token-of-some-length\n{TOKEN}\n")
    server = Server(
        attack.given,
        attack.root / "restricted",
        "--token-file",
        str(path),
        "--public-name",
        "fakes.example.org",
    )
    server.start()
    refusals(attack, server)
    login(attack, server)
    server.check_end(attack.checks)


def refusals(attack: Attack, server: Server) -> None:
    """Requests without the right token."""
    checks = attack.checks
    one, page = f"{API}/{'a' * 26}", f"/analyses/{'a' * 26}"
    api = [("GET", path) for path in (API, one, one + "/events", one + "/video", "/metrics")]
    api += [("GET", "/api/model"), ("GET", "/api/openapi.json"), ("HEAD", API), ("DELETE", one)]
    api += [("POST", API), ("POST", "/predict")]
    pages = [("GET", "/"), ("GET", page), ("POST", "/analyses"), ("POST", page + "/delete")]
    wrong: list[dict[str, str]] = [{}]
    wrong += [
        {"Authorization": value}
        for value in (
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            "Bearer",
            "Bearer ",
            f"Basic {TOKEN}",
            TOKEN,
            f"Bearer {TOKEN.upper()}",
            "Bearer " + "a" * 10_000,
        )
    ]
    wrong += [{"Cookie": f"deepfake_session={value}"} for value in ("", "0" * 64, TOKEN)]
    bad: list[str] = []
    for headers in wrong:
        for method, path in api + pages:
            body = b"x" if method == "POST" else None
            is_page = (method, path) in pages
            more = {"Accept": "text/html,*/*"} if is_page else {}
            answer = server.ask(path, method, headers | more, body)
            is_good = answer.status == 401 and answer.headers.get("www-authenticate") == "Bearer"
            if is_page:
                location = answer.headers.get("location", "")
                is_good = answer.status == 303 and location.startswith("/login")
            if not is_good:
                bad.append(f"{method} {path} {headers}: {answer}")
    checks.equal("without the right token: 401, and pages lead to /login", bad, [])
    checks.equal("uploads without a token leave nothing", server.incoming(), [])
    for path in ("/health/live", "/health/ready", "/login"):
        checks.equal(f"{path} is open", server.ask(path).status, 200)
    right = {"Authorization": f"Bearer {TOKEN}"}
    checks.equal("the right token", server.ask(API, headers=right).status, 200)
    named = right | {"Host": "fakes.example.org"}
    checks.equal("the public name", server.ask(API, headers=named).status, 200)


def login(attack: Attack, server: Server) -> None:
    """Logging in and out."""
    checks = attack.checks
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = server.ask("/login", "POST", kind, b"token=wrong-token-of-some-length")
    got = (answer.status, answer.headers.get("set-cookie"))
    checks.equal("a login with a wrong token", got, (401, None))
    for body in (b"", b"a=b", b"token=%", b"&" * 5000, b"token=" + b"a" * 100_000):
        answer = server.ask("/login", "POST", kind, body)
        checks.check(f"a login with {body[:12]!r}", answer.status in (401, 413), "401", answer)
    for place in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/analyses/../x",
        "javascript:alert(1)",
    ):
        answer = server.ask("/login", "POST", kind, f"token={TOKEN}&next={quote(place)}".encode())
        checks.equal(f"a login doesn't lead to {place}", answer.headers.get("location"), "/")
    answer = server.ask("/login", "POST", kind, f"token={TOKEN}".encode())
    cookie = answer.headers.get("set-cookie", "")
    is_good = answer.status == 303 and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    checks.check(
        "a login gives a cookie",
        is_good and TOKEN not in cookie,
        "HttpOnly; SameSite=Strict",
        cookie,
    )
    session = {"Cookie": cookie.split(";")[0]}
    checks.equal("the cookie opens", server.ask(API, headers=session).status, 200)
    evil = session | {"Origin": "http://evil.example"}
    checks.equal("another site can't log out", server.ask("/logout", "POST", evil, b"").status, 403)
    checks.equal("the cookie still opens", server.ask(API, headers=session).status, 200)
    server.ask("/logout", "POST", session, b"")
    checks.equal("after the log-out it doesn't open", server.ask(API, headers=session).status, 401)


def limits(attack: Attack) -> None:
    """Workers that are ended by their limits, and the next analysis."""
    checks, clips = attack.checks, attack.clips
    server = Server(attack.given, attack.root / "hasty", "--time-limit", "1s", "--workers", "1")
    server.start()
    # A worker that is held is one whose file takes too long, however fast the machine is.
    wait(server.workers, 20, "a worker")
    for worker in server.workers():
        os.kill(worker, signal.SIGSTOP)
    long = server.upload(clips.video, "long.mp4").json()["id"]
    picture = server.upload(clips.picture, "next.jpg").json()["id"]
    failure = server.finished(long).get("failure", {})
    checks.check(
        "what takes longer than --time-limit fails",
        failure.get("code") == "time-limit" and len(failure["message"]) > 10,
        "time-limit",
        failure,
    )
    checks.equal("the next one works", server.finished(picture)["state"], "done")
    server.check_end(checks)
    server = Server(
        attack.given, attack.root / "small", "--worker-memory", "512MB", "--workers", "1"
    )
    try:
        server.start()
    except RuntimeError as error:
        is_good = "status 1" in str(error) and len(server.log()) > 20
        checks.check(
            "no worker starts with 512 MB: the server says so and ends",
            is_good,
            "status 1 and a reason",
            error,
        )
        print(f"      it said: {server.log().splitlines()[-1]}")
        return
    analysis = server.finished(server.upload(clips.long_video(), "long.mp4").json()["id"], 120)
    checks.check(
        "a worker with 512 MB ends", analysis["state"] in ("done", "failed"), "an end", analysis
    )
    text = server.finished(server.upload(b"text", "next.txt").json()["id"])
    checks.equal("the next one ends", text["failure"]["code"], "unreadable")
    server.check_end(checks)
