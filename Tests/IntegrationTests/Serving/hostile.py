"""Attacks a running `detector serve`: requests that no client should make, files that are none, and
clients that are slow or go away. Nothing may crash it, write outside of its data folder, or keep
others from their answers.

    python hostile.py --detector PATH --model PATH --weights DIR --clips DIR [--mutants 50]

Standard library only, and ffmpeg for small clips.
"""

from __future__ import annotations

import functools
import time
from pathlib import Path

from attacks import bodies, clients, files, names, requests, syntax
from attacks.attack import Attack, Trickle
from support import Checks, arguments, run, wait

SECTIONS = (
    names.names,
    bodies.lengths,
    bodies.endless_form,
    bodies.forms,
    bodies.splits,
    syntax.garbage,
    syntax.sequences,
    syntax.queries,
    requests.addresses,
    requests.sites,
    requests.ranges,
    requests.answers,
    files.files,
    clients.clients,
    clients.tokens,
    clients.limits,
    files.mutants,
    clients.followers,
)


def main() -> None:
    given = arguments(
        __doc__ or "", ("--mutants", {"type": int, "default": 50, "help": "damaged clips"})
    )

    def body(checks: Checks, root: Path) -> None:
        attack = Attack(checks, root, given)
        server = attack.server
        before = names.outside(root)
        server.ask("/")
        open_before = server.open_files()
        head = attack.post("Content-Length: 9000\r\n\r\n")
        # Cut off by the least speed of a body, the most time of one that nobody reads, and the most
        # time without a request, in seconds. They are waited for in the end.
        slow = {
            "in a body": (Trickle(server, head, 100), 75),
            "in a refused body": (
                Trickle(server, head.replace("/api/analyses", "/nothing"), 100),
                40,
            ),
            "in headers": (Trickle(server, "GET / HTTP/1.1\r\nX: ", 100), 40),
        }
        crowd = [Trickle(server, head, 6) for _ in range(50)]
        # On a busy machine it takes a while until all of them have begun.
        wait(lambda: len(server.incoming()) > len(crowd), 30, "slow uploads under way")
        attack.under_way = set(server.incoming())
        checks.section(
            "slow bodies", lambda: attack.check_others("50 clients send a byte a second")
        )
        for section in SECTIONS:
            checks.section(section.__name__, functools.partial(section, attack))
        checks.equal("nothing was written elsewhere", names.outside(root), before)
        for trickle, most in slow.values():
            trickle.join(most)
        for trickle in crowd:
            trickle.join(10)
        for key, (trickle, most) in slow.items():
            checks.check(
                f"a byte a second {key} is cut off",
                trickle.seconds <= most,
                f"within {most} s",
                f"{trickle.seconds:.0f} s",
            )
        open_after = server.open_files()
        checks.check(
            "no files and connections stay open",
            open_after < open_before + 20,
            f"about {open_before}",
            open_after,
        )
        attack.under_way = set()
        attack.check_no_leftovers("in the end")
        checks.equal("files in the data folder have the server's names", server.foreign_files(), [])
        server.check_end(checks)

    run(body)


if __name__ == "__main__":
    main()
