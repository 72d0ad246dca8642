"""Names of files that no client should send."""

from __future__ import annotations

import os
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

from attacks.attack import API, Attack
from server import Answer

MARKER = "zq7marker"
END = MARKER + ".mp4"
NAMES = {
    "traversal": f"../../../../etc/{END}",
    "absolute": f"/etc/{END}",
    "backslashes": f"..\\..\\etc\\{END}",
    "drive": f"C:\\{END}",
    "NUL": f"a\0{END}",
    "line end": f"a\r\nSet-Cookie: x=1\r\n\r\n{END}",
    "script": f"<script>alert(1){END}",
    "image": f'"><img src=x onerror=alert(1)>{END}',
    "quote": f"'\" onmouseover=x {END}",
    "entity": f"&lt;zq7&gt;&#60;zq7>{END}",
    "escape": f"\x1b[31m{END}",
    "right to left": f"\u202egpj.{END}",
    "isolates": f"\u2066\u2069\u200f{END}",
    "dot": ".",
    "dots": "..",
    "blank": " \t ",
    "shell": f"$(touch {MARKER})`touch {MARKER}`",
    "SQL": f"'; DROP TABLE analyses; -- {END}",
    "percent": f"%2e%2e%2f%00{END}",
    "long": "a" * 10_000 + END,
    "marks": "a" + "\u0301" * 2000 + END,
    "emoji": f"🎭{END}",
}
# Headers have no control characters and are limited: such a form may be refused.
REFUSABLE = ("NUL", "line end", "escape", "long")
DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Elements(HTMLParser):
    """The names of a page's elements, and their attributes that are handlers."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.handlers: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def names(attack: Attack) -> None:
    """Uploads under all names, by an address and by a form."""
    checks, server = attack.checks, attack.server
    identifiers: dict[str, str] = {}
    for key, name in NAMES.items():
        answer = server.ask(
            f"{API}?name={quote(name)}",
            "POST",
            {"Content-Type": "image/jpeg"},
            attack.clips.picture,
        )
        checks.equal(f"name in an address: {key}", answer.status, 202)
        if answer.status == 202:
            identifiers[key] = answer.json()["id"]
        answer = server.upload(attack.clips.picture, name)
        allowed = (202, 400) if key in REFUSABLE else (202,)
        checks.check(f"name in a form: {key}", answer.status in allowed, allowed, answer)
        if answer.status == 202:
            identifiers[key + ", form"] = answer.json()["id"]
    raw = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xff\xfe\xc0\xaf'
        + END.encode()
        + b'"\r\n\r\nx\r\n--b--\r\n'
    )
    answer = server.ask(API, "POST", {"Content-Type": "multipart/form-data; boundary=b"}, raw)
    checks.check("a name that is no UTF-8", answer.status in (202, 400), "202", answer)
    bad = [
        text for key, identifier in identifiers.items() for text in shown(attack, key, identifier)
    ]
    bad += foreign("home", server.ask("/"))
    checks.equal("names are shown escaped, in one line, without marks of direction", bad, [])


def shown(attack: Attack, key: str, identifier: str) -> list[str]:
    """What is wrong in what is shown of an analysis."""
    analysis = attack.server.finished(identifier)
    name = analysis["name"]
    bad: list[str] = []
    if not 1 <= len(name) <= 200 or any(
        character in "/\\" + DIRECTIONS
        or unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
        for character in name
    ):
        bad.append(f"{key}: {name!r}")
    for path in [analysis["links"]["page"]] + [
        f"{API}/{identifier}/{kind}" for kind in ("report", "table", "finding")
    ]:
        answer = attack.server.ask(path)
        place = f"{key}: {path.rpartition('/')[2]}"
        if answer.status != 200 or "set-cookie" in answer.headers:
            bad.append(f"{place}: {answer.status} {answer.headers}")
        if "html" in answer.headers.get("content-type", ""):
            bad += foreign(place, answer)
        if path.startswith(API) and not answer.headers.get("content-disposition", "").startswith(
            "attachment;"
        ):
            bad.append(f"{place}: no attachment")
    return bad


def foreign(place: str, answer: Answer) -> list[str]:
    """What a page has of the names' own elements."""
    elements = Elements(answer.body)
    bad = elements.handlers + [name for name in elements.names if name == "zq7"]
    bad += [text for text in ("<script>alert", "<img src=x") if text.encode() in answer.body]
    return [f"{place}: {bad}"] if bad else []


def outside(root: Path) -> dict[str, tuple[int, int]]:
    """Sizes and times of files that a server must not touch: those of its folders besides the data
    folder, and elsewhere what has the name of a test, and passwd.
    """
    own = root / "server"
    found: dict[str, tuple[int, int]] = {}
    shallow = (Path("/tmp"), Path.cwd())
    for folder in (own, Path("/etc"), Path("/var/tmp"), Path("/dev/shm"), *shallow):
        for base, folders, files in os.walk(folder):
            path = Path(base)
            if path == own:
                folders.remove("data")
                files.remove("server.log")
            elif folder != own:
                files = [name for name in files if MARKER in name or name == "passwd"]
            if folder in shallow:
                folders.clear()  # Others work below it.
            for name in files:
                try:
                    status = (path / name).stat()
                except OSError:
                    continue
                found[str(path / name)] = (status.st_size, status.st_mtime_ns)
    return found
