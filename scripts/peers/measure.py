"""Measures the trainer beside what else a user could take; called by scripts/benchmark-peers.

First each contender is tried in several settings (contenders.py), and its logits are compared with
PyTorch's in float32; the fastest setting for each quantity stays. Its processes (peer.py) then
wait, stopped by a signal, until it is their turn, so that no contender works in the memory or on
the threads of another. A round measures all of them one after the other, beginning with another
one each time; what is compared comes from the same round.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import report
from contenders import FLOAT32, all_contenders
from engines import INFERENCE, PACKAGES, TRAINING
from processes import PeerFailure, Team, Trainer

ROOT = Path(__file__).resolve().parent.parent.parent
RESULT = ROOT / "benchmarks/results/peers.json"
# Largest difference of logits, relative to their norm: other orders of the same sums. Another
# network, or another precision, differs by more.
FLOAT32_TOLERANCE = 1e-3
# Of a quantity, at least two calls: five rounds take ten minutes on two cores.
TRIAL_SECONDS, ROUND_SECONDS = 0.5, 1.2
LEFT_OUT = "left out by --without"


def cores():
    return len(os.sched_getaffinity(0))


def arguments():
    names = [each.name for each in all_contenders(cores(), 2 * cores(), compiled=True)]
    parser = argparse.ArgumentParser(prog="scripts/benchmark-peers")
    parser.add_argument("trainer", help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, default=32, help="pictures of a batch (default: 32)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument(
        "--quick", action="store_true", help="one round, and no result file without --output")
    parser.add_argument("--compile", action="store_true", help="PyTorch with torch.compile, too")
    parser.add_argument(
        "--without", action="append", default=[], metavar="NAME", choices=[*PACKAGES, *names],
        help=f"leave out an engine ({', '.join(PACKAGES)}) or a contender ({', '.join(names)}); "
        "may be repeated")
    parser.add_argument(
        "--output", type=Path, help="the result (default: benchmarks/results/peers.json)")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: expected 1 or more")
    if options.batch < 2 * cores() or options.batch % cores() != 0:
        parser.error(
            f"--batch: expected a multiple of {cores()}, an equal share for each core, and "
            f"{2 * cores()} or more, two pictures for each")
    if options.quick:
        options.rounds = 1
    elif options.output is None:
        options.output = RESULT
    return options


def say(text):
    print(text, file=sys.stderr, flush=True)


class Entrant:
    """A contender in the settings that were the fastest in the trial."""

    def __init__(self, contender, folder):
        self.title = contender.title
        self.contender = contender
        # By quantity.
        self.teams, self.tried = {}, {}
        # Memory of a training, in MiB, in the setting that needs least.
        self.peak = None
        self.everyone, reasons = [], []
        try:
            for setting in contender.settings:
                try:
                    self.try_setting(setting, folder)
                except PeerFailure as failure:
                    reasons.append(str(failure))
                    say(f"note: {self.title} with {setting.describe(INFERENCE)} is left out: "
                        f"{failure}")
            if not self.teams:
                raise PeerFailure("; ".join(dict.fromkeys(reasons)))
        except BaseException:
            self.end()
            raise
        for team in [team for team in self.everyone if team not in self.teams.values()]:
            team.end()
            self.everyone.remove(team)
        self.difference = max(team.difference for team in self.everyone)

    def try_setting(self, setting, folder):
        team = Team(self.contender, setting, folder)
        self.everyone.append(team)
        tolerance = FLOAT32_TOLERANCE if self.contender.precision == FLOAT32 else float("inf")
        # Written so that "not a number" fails.
        if not team.difference <= tolerance:
            raise PeerFailure(
                f"its logits differ from PyTorch's in float32 by {team.difference:.1e} of their "
                f"norm, expected {tolerance:.0e} at most")
        values = {
            quantity: team.measure(quantity, TRIAL_SECONDS, "fastest")
            for quantity in setting.quantities}
        for quantity, (value, peak) in values.items():
            if quantity == TRAINING and peak is not None:
                self.peak = peak if self.peak is None else min(peak, self.peak)
            known = self.tried.setdefault(quantity, [])
            best = report.best_of(quantity, [value, *(other for _, other in known)])
            known.append((setting.describe(quantity), value))
            if value == best:
                self.teams[quantity] = team

    def measure(self):
        found = {
            quantity: team.measure(quantity, ROUND_SECONDS)[0]
            for quantity, team in self.teams.items()}
        return found if self.peak is None else {**found, "peak": self.peak}

    def end(self):
        for team in self.everyone:
            team.end()


def make_models(folder, batch):
    """Writes all models; returns the engines whose conversion failed, with the reason."""
    say("making the models")
    script = Path(__file__).with_name("models.py")
    made = subprocess.run(
        [sys.executable, str(script), str(folder), str(batch)], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"error: the models can't be made: {made.stderr.strip()[-2000:]}")
    return json.loads(made.stdout)["failed"]


def enter(entrants, skipped, options, folder):
    """Adds all contenders that work here to `entrants`, and says of the others why not."""
    failed = make_models(folder, options.batch)
    for contender in all_contenders(cores(), options.batch, options.compile):
        if {contender.name, contender.engine} & set(options.without):
            skipped[contender.name] = LEFT_OUT
            continue
        say(f"trying {contender.title}")
        try:
            if importlib.util.find_spec(contender.package) is None:
                raise PeerFailure(f"{contender.package} is not installed")
            if contender.engine in failed:
                raise PeerFailure(failed[contender.engine])
            entrants[contender.name] = Entrant(contender, folder)
        except PeerFailure as failure:
            skipped[contender.name] = str(failure)
            say(f"note: {contender.title} is left out: {failure}")
            continue
        for quantity, team in entrants[contender.name].teams.items():
            say(f"  {quantity}: {team.setting.describe(quantity)}")


def measure(everyone, rounds):
    """Each contender's numbers of each round."""
    found = {name: [] for name in everyone}
    names = list(everyone)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            numbers = everyone[name].measure()
            found[name].append(numbers)
            say(f"round {number + 1} of {rounds}: {everyone[name].title}: " + ", ".join(
                f"{key} {value:.1f}" for key, value in numbers.items()))
    return found


def main():
    options = arguments()
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"note: other programs are at work (load {load:.1f}): the numbers will be too low")
    trainer = Trainer(options.trainer, options.batch, cores(), 1 if options.quick else 3)
    entrants, skipped = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            enter(entrants, skipped, options, Path(folder))
            found = measure({report.TRAINER: trainer, **entrants}, options.rounds)
        except PeerFailure as failure:
            sys.exit(f"error: a contender failed: {failure}; leave it out with --without")
        except (OSError, subprocess.CalledProcessError) as failure:
            sys.exit(f"error: {failure}; run that command by hand to see why")
        finally:
            for entrant in entrants.values():
                entrant.end()
    result = report.make_result(ROOT, options, load, trainer, entrants, skipped, found)
    print(report.render(result, options.markdown))
    if options.output is not None:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        say(f"\nwritten: {options.output}")
    if any(reason != LEFT_OUT for reason in skipped.values()):
        sys.exit(2)


if __name__ == "__main__":
    main()
