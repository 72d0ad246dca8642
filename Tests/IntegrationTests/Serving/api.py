"""Tests the API of `detector serve` against its description: Schemathesis makes requests from
openapi.json, valid and invalid ones, and checks every answer against it.

    python api.py --detector PATH --model PATH --weights DIR --clips DIR [--cases 300]

Needs `pip install schemathesis` in the Python that runs it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from server import Server
from support import Checks, Clips, arguments, run

DOCUMENT = (
    Path(__file__).resolve().parents[3]
    / "Sources/Shared/Serving/AnalysisServer/Assets/openapi.json"
)

# What a server may answer to valid requests that it can't serve (positive_data_acceptance), and to
# invalid ones (negative_data_rejection). `before` names an analysis that need not be there.
SETTINGS = """
request-timeout = 60.0
request-retries = 0

[checks.not_a_server_error]
expected-statuses = ["1xx", "2xx", "3xx", "4xx", "503", "507"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "416", "422", "429", "503", "507"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "404", "405", "413", "416", "422"]

[generation]
database = "none"

# An analysis that was just made need not have an answer.
[[operations]]
include-tag = "Answers"
checks.ensure_resource_availability.enabled = false
"""
# With a token: requests without it, and with another one, must be refused.
TOKEN_SETTINGS = """
[auth.openapi.bearerAuth]
bearer = "%s"
"""


def prepared(
    document: dict[str, Any], kept: list[str], spare: list[str], token: str
) -> dict[str, Any]:
    """The description, in which the ids of some analyses are likely values.

    With a token, authentication is not optional in it.
    """
    document = json.loads(json.dumps(document))
    if token:
        document["security"] = [{"bearerAuth": []}]
    identifier = document["components"]["parameters"]["id"]
    pattern = identifier["schema"]

    def likely(ids: list[str]) -> dict[str, Any]:
        return {**identifier, "schema": {"anyOf": [{"enum": ids}, pattern]}, "example": ids[0]}

    document["components"]["parameters"]["id"] = likely(kept)
    for item in document["paths"].values():
        if "delete" in item:
            item["delete"]["parameters"] = [likely(spare)]
    return document


def check_document(checks: Checks, server: Server, document: dict[str, Any]) -> None:
    """The description itself: that it is served, and that its examples fit its schemas."""
    served = server.ask("/api/openapi.json")
    checks.check(
        "the server gives the description",
        served.status == 200 and served.json() == document,
        "the content of openapi.json",
        served,
    )
    try:
        import jsonschema
    except ImportError:
        checks.skip("examples fit their schemas", "jsonschema isn't installed")
        return
    wrong: list[str] = []

    def walk(node: Any, place: str) -> None:
        if isinstance(node, dict):
            values = [node["example"]] if "example" in node else []
            examples = node.get("examples")
            if isinstance(examples, dict):
                values += [example["value"] for example in examples.values()]
            if isinstance(node.get("schema"), dict):
                schema = {**node["schema"], "components": document["components"]}
                for value in values:
                    validator = jsonschema.Draft202012Validator(schema)
                    wrong.extend(
                        f"{place}: {error.message}" for error in validator.iter_errors(value)
                    )
            for key, child in node.items():
                walk(child, f"{place}/{key}")
        elif isinstance(node, list):
            for index, child in enumerate(node):
                walk(child, f"{place}/{index}")

    walk(document["paths"], "paths")
    walk(document["components"]["responses"], "responses")
    checks.equal("examples fit their schemas", wrong, [])


def check_search(checks: Checks, server: Server, clips: Clips) -> None:
    """What schemas can't say of the list: words, pages and links."""
    for name in ("two words.jpg", "other words.jpg", "100%_sure.jpg"):
        server.upload(clips.picture, name)

    def names(query: str) -> list[str]:
        answer = server.ask(f"/api/analyses?{query}").json()
        return [analysis["name"] for analysis in answer["analyses"]]

    checks.equal("q=two%20words finds", names("q=two%20words"), ["two words.jpg"])
    checks.equal(
        "q=two+words finds: + is a space in a form", names("q=two+words"), ["two words.jpg"]
    )
    checks.equal("q=%25_ finds the characters themselves", names("q=%25_"), ["100%_sure.jpg"])
    checks.equal("q=WORDS finds in whatever case", len(names("q=WORDS")), 2)
    found: list[str] = []
    path: str | None = "/api/analyses?q=words&limit=1"
    while path and len(found) < 5:
        page = server.ask(path).json()
        found += [analysis["name"] for analysis in page["analyses"]]
        path = page.get("next")
    checks.equal("pages of one follow each other", found, ["other words.jpg", "two words.jpg"])
    odd = quote("äöü ☃ &=+#")
    server.upload(clips.picture, "äöü ☃ &=+#.jpg")
    server.upload(clips.picture, "äöü ☃ &=+# again.jpg")
    page = server.ask(f"/api/analyses?limit=1&q={odd}").json()
    path = page.get("next")
    following = server.ask(path).json()["analyses"] if path else []
    checks.equal("the next page keeps an odd q", [a["name"] for a in following], ["äöü ☃ &=+#.jpg"])


def is_update(update: Any) -> bool:
    """Whether the data of an event fits the description."""
    try:
        import jsonschema
    except ImportError:
        return isinstance(update, dict)
    document = json.loads(DOCUMENT.read_text())
    schema = {"$ref": "#/components/schemas/AnalysisUpdate", "components": document["components"]}
    return bool(jsonschema.Draft202012Validator(schema).is_valid(update))


def check_answers(checks: Checks, server: Server, clips: Clips) -> None:
    """`/predict`, and every link of an analysis that is done."""
    kind = {"Content-Type": "image/jpeg"}
    answer = server.ask("/predict?name=a.jpg", "POST", kind, clips.picture)
    checks.check("/predict judges a picture", answer.status in (200, 422), "200 or 422", answer)
    answer = server.ask("/predict", "POST", {"Content-Type": "text/plain"}, b"no video")
    checks.equal("/predict of a text", (answer.status, answer.code()), (422, "unreadable"))
    answer = server.upload(clips.video)
    checks.equal(
        "Location is the analysis", answer.headers.get("location"), answer.json()["links"]["self"]
    )
    analysis = server.finished(answer.json()["id"])
    checks.equal("a clip is done", analysis["state"], "done")
    statuses = {name: server.ask(path).status for name, path in analysis["links"].items()}
    checks.equal("links of a done analysis", statuses, dict.fromkeys(analysis["links"], 200))
    frames = len(analysis["result"]["crops"])
    path = analysis["links"]["self"]
    checks.equal(
        "a frame for each crop",
        [
            server.ask(f"{path}/frames/{index}.jpg{heat}").status
            for index in (0, frames - 1, frames)
            for heat in ("", "?heat=1")
        ],
        [200, 200, 200, 200, 404, 404],
    )
    events = server.ask(analysis["links"]["events"]).body.decode()
    checks.equal("events of a done analysis end at once", events.count("event: update\n"), 1)
    checks.check(
        "the data of an event is an update",
        is_update(json.loads(events.partition("data: ")[2])),
        "an AnalysisUpdate",
        events,
    )
    finding = server.ask(analysis["links"]["finding"]).json()
    checks.equal(
        "finding says the same", finding["verdict"], analysis["result"]["finding"]["verdict"]
    )
    rows = list(csv.reader(io.StringIO(server.ask(analysis["links"]["table"]).body.decode())))
    checks.equal("the table has a row", [row[0] for row in rows], ["input", "clip.mp4"])


def check_cases(
    checks: Checks, server: Server, clips: Clips, cases: int, root: Path, token: str = ""
) -> None:
    """Schemathesis: all of its phases, and all checks, which are on unless they are named."""
    document = json.loads(DOCUMENT.read_text())
    methods = ("get", "post", "delete")
    count = sum(1 for item in document["paths"].values() for key in item if key in methods)
    names = [("kept 1.jpg", clips.picture), ("kept.mp4", clips.video), ("kept.txt", b"no video")]
    names += [(f"spare {index}", b"spare") for index in range(4)]
    ids = []
    for name, content in names:
        ids.append(server.upload(content, name).json()["id"])
        server.finished(ids[-1])
    path = root / "openapi.json"
    path.write_text(json.dumps(prepared(document, ids[:3], ids[3:], token)))
    settings = root / "schemathesis.toml"
    settings.write_text(SETTINGS + (TOKEN_SETTINGS % token if token else ""))
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file",
        str(settings),
        "run",
        str(path),
        "--url",
        f"http://127.0.0.1:{server.port}",
        "--mode",
        "all",
        "--seed",
        "1",
        "--max-examples",
        str(max(cases // count, 1)),
        "--continue-on-failure",
        "--warnings",
        "off",
        "--no-color",
    ]
    environment = dict(os.environ, NO_COLOR="1", HOME=str(root))
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    output = result.stdout
    if result.returncode:
        print(output + result.stderr, flush=True)
    else:
        print("\n".join(line for line in output.splitlines() if "generated" in line), flush=True)
    name = "all cases fit the description" + (", with a token" if token else "")
    checks.check(name, result.returncode == 0, "exit status 0", result.returncode)


def main() -> None:
    help_ = "about so many random cases; those for the limits of each value come besides"
    given = arguments(__doc__ or "", ("--cases", {"type": int, "default": 300, "help": help_}))

    def body(checks: Checks, root: Path) -> None:
        clips = Clips(given.clips, root)
        options = ["--queue", "1000", "--max-upload", "20MB"]
        server = Server(given, root / "server", *options).start()
        document = json.loads(DOCUMENT.read_text())
        checks.section("description", lambda: check_document(checks, server, document))
        checks.section("answers", lambda: check_answers(checks, server, clips))
        checks.section("search", lambda: check_search(checks, server, clips))
        checks.section("cases", lambda: check_cases(checks, server, clips, given.cases, root))
        server.check_end(checks)
        token = secrets.token_hex(16)
        (root / "tokens").write_text(token + "\n")
        options += ["--token-file", str(root / "tokens")]
        server = Server(given, root / "restricted", *options)
        server.headers = {"Authorization": f"Bearer {token}"}
        server.start()
        checks.section(
            "cases with a token",
            lambda: check_cases(checks, server, clips, given.cases // 3, root, token),
        )
        server.check_end(checks)

    run(body)


if __name__ == "__main__":
    main()
