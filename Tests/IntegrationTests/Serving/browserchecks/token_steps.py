"""A server that asks for a token."""

import re

from .checklist import Checklist
from .clips import Clips
from .served import Server
from .watching import Browsing


def use_with_token(checks: Checklist, browsing: Browsing, server: Server, clips: Clips) -> None:
    """Logs in, wrongly and rightly, works, and logs out."""
    analysis = server.add(clips.short, "secret.mp4")
    # A wrong token is answered with 401, which browsers write into the console.
    context, watch = browsing.context(server.origin, allowed=("401",))
    page = context.new_page()
    for path in ("/", "/?q=secret", f"/analyses/{analysis}"):
        page.goto(path)
        checks.check(
            f"token: {path[:12]} leads to the login",
            page.url.startswith(server.origin + "/login") and page.locator("#login").count() == 1,
            "/login",
            page.url,
        )
        checks.check(
            f"token: nothing is told before it at {path[:12]}",
            "secret" not in page.inner_text("body"),
            "no name",
            page.inner_text("body"),
        )
    checks.equal(
        "token: the field has the focus", page.evaluate("document.activeElement.id"), "token"
    )
    page.locator("#token").fill("not the token at all")
    page.keyboard.press("Enter")
    page.locator("#login-error").wait_for()
    message = page.locator("#login-error").inner_text()
    checks.check(
        "token: a wrong one is refused in words", "token" in message.lower(), "a sentence", message
    )
    checks.equal("token: the field is empty again", page.locator("#token").input_value(), "")
    page.locator("#token").fill(server.token or "")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/analyses/"), timeout=20_000)
    checks.equal(
        "token: the right one leads to what was asked for",
        page.url,
        f"{server.origin}/analyses/{analysis}",
    )
    cookies = context.cookies()
    checks.check(
        "token: the cookie is HttpOnly and SameSite=Strict",
        len(cookies) == 1
        and cookies[0]["httpOnly"]
        and cookies[0]["sameSite"] == "Strict"
        and cookies[0]["path"] == "/",
        "one such cookie",
        cookies,
    )
    checks.equal("token: no script sees the cookie", page.evaluate("document.cookie"), "")
    values = [cookie["value"] for cookie in cookies]
    checks.check(
        "token: the cookie isn't the token", server.token not in values, "another value", values
    )
    page.locator("#verdict").wait_for(timeout=120_000)
    watch.streams.clear()
    page.goto("/")
    with server.paused():
        page.locator("#file-input").set_input_files(clips.short)
        page.wait_for_url(re.compile("/analyses/"), timeout=60_000)
        page.locator("#waiting").wait_for()
        page.wait_for_timeout(300)
    page.locator("#verdict").wait_for(timeout=120_000)
    checks.check(
        "token: server-sent events work",
        len(watch.streams) > 0,
        "an answer of text/event-stream",
        watch.streams,
    )
    page.locator("#logout button").click()
    page.wait_for_url(re.compile("/login$"), timeout=20_000)
    checks.equal("token: the cookie is gone after logging out", context.cookies(), [])
    page.go_back()
    page.wait_for_timeout(300)
    checks.check(
        "token: the way back shows nothing after logging out",
        page.locator("#verdict").count() == 0,
        "the login",
        page.url,
    )
    page.goto(f"/analyses/{analysis}")
    checks.check(
        "token: the server asks again after logging out", "/login" in page.url, "/login", page.url
    )
    checks.equal("token: the console has no error", watch.errors, [])
    context.close()
