"""Measures the trainer, PyTorch and ONNX Runtime in alternation; called by scripts/benchmark-peers.

Each peer is a process of its own (scripts/benchmark_peer.py) that warms up once and then waits,
stopped by a signal, until it is its turn, so that no contender works in the memory or on the
threads of another. A round measures all of them one after the other, beginning with another one
each time; what is compared comes from the same round. The trainer is a new process in each round,
by `trainer benchmark`.
"""

import argparse
import json
import os
import platform
import select
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

QUANTITIES = {
    "training": "training, images/s", "inference": "inference, images/s",
    "latency": "batch 1, ms", "peak": "peak memory of training, MiB"}
COMPARED = {"training": "training", "inference": "inference", "latency": "batch-1 latency"}
TRAINER = "trainer"
# Compiling takes minutes on a busy machine.
PATIENCE_SECONDS = 900


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/benchmark-peers")
    parser.add_argument("trainer", help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, default=32, help="pictures of a batch (default: 32)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    parser.add_argument(
        "--without", action="append", default=[], metavar="NAME",
        choices=["eager", "channels_last", "processes", "compile", "onnx"],
        help="leave a contender out: eager, channels_last, processes, compile or onnx")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: expected 1 or more")
    if options.batch < 2 * cores():
        parser.error(f"--batch: expected {2 * cores()} or more, two pictures for each core")
    return options


def cores():
    return len(os.sched_getaffinity(0))


def say(text):
    print(text, file=sys.stderr, flush=True)


class PeerFailure(Exception):
    """A peer that can't be measured, with its reason."""


class Peer:
    """A process that measures when it is told to, and stands still otherwise."""

    def __init__(self, kind, batch, threads):
        script = Path(__file__).with_name("benchmark_peer.py")
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, str(script), kind, str(batch), str(threads)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        try:
            self.ready = self.answer()
        except BaseException:
            self.end()
            raise
        self.stop()

    def answer(self):
        if not select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0]:
            raise PeerFailure(f"no answer in {PATIENCE_SECONDS} seconds")
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.errors.seek(0)
            lines = self.errors.read().strip().splitlines()
            told = [line for line in lines if "Error" in line] or lines
            raise PeerFailure(told[-1] if told else f"exit status {status}")
        return json.loads(line)

    def start(self, quantity):
        self.process.send_signal(signal.SIGCONT)
        print(quantity, file=self.process.stdin, flush=True)

    def finish(self):
        value = self.answer()
        self.stop()
        return value

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def end(self):
        self.process.kill()
        self.process.wait()


class Contender:
    """One row of the table: several peers at once, whose rates add up."""

    def __init__(self, title, kind, batch, threads, processes=1):
        self.title = title
        self.peers = []
        try:
            # One after the other: what warms up alone is ready sooner.
            for _ in range(processes):
                self.peers.append(Peer(kind, batch // processes, threads))
        except BaseException:
            self.end()
            raise
        self.software = self.peers[0].ready["software"]

    def measure(self):
        found = {}
        for quantity in self.peers[0].ready["quantities"]:
            # The latency of one picture is that of one process alone.
            peers = self.peers[:1] if quantity == "latency" else self.peers
            for peer in peers:
                peer.start(quantity)
            found[quantity] = sum(peer.finish() for peer in peers)
        peaks = [peer.ready["peak"] for peer in self.peers]
        if all(peak is not None for peak in peaks):
            found["peak"] = sum(peaks)
        return found

    def end(self):
        for peer in self.peers:
            peer.end()


class Trainer:
    """The trainer's row."""

    def __init__(self, path, batch):
        self.path, self.batch = path, batch
        self.title = f"trainer, {cores()} workers"

    def measure(self):
        told = json.loads(subprocess.run(
            [self.path, "benchmark", "--batch", str(self.batch), "--workers", str(cores()),
             "--rounds", "3", "--json", "-"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
        self.software = f"{told['kernels']} kernels"
        return {
            "training": told["trainingImagesPerSecond"],
            "inference": told["inferenceImagesPerSecond"],
            "latency": told["singleImageMilliseconds"], "peak": told["peakMebibytes"]}

    def end(self):
        pass


def add_contenders(everyone, options):
    """Adds the trainer and all peers that work here."""
    count = cores()
    offers = {
        "eager": (f"PyTorch, {count} threads", "eager", options.batch, count),
        "channels_last": (
            f"PyTorch, {count} threads, channels_last", "channels_last", options.batch, count),
        # Data parallel without the averaging of gradients: an upper bound for PyTorch.
        "processes": (
            f"PyTorch, {count} processes of 1 thread", "eager", options.batch, 1, count),
        "compile": (f"PyTorch, {count} threads, torch.compile", "compile", options.batch, count),
        "onnx": (f"ONNX Runtime, {count} threads", "onnx", options.batch, count)}
    everyone[TRAINER] = Trainer(options.trainer, options.batch)
    for name, offer in offers.items():
        if name in options.without:
            continue
        say(f"warming up: {offer[0]}")
        try:
            everyone[name] = Contender(*offer)
        except PeerFailure as failure:
            say(f"note: {offer[0]} is left out: {failure}")


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
                f"{key} {value:.1f}" for key, value in numbers.items() if key != "peak"))
    return found


def spread(values, digits):
    return (f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f}-{max(values):.{digits}f})")


def result_table(everyone, found):
    rows = [["", *QUANTITIES.values()]]
    for name, contender in everyone.items():
        cells = [contender.title]
        for key in QUANTITIES:
            values = [numbers[key] for numbers in found[name] if key in numbers]
            if not values:
                cells.append("-")
            elif key == "peak":
                cells.append(f"{statistics.median(values):.0f}")
            else:
                cells.append(spread(values, 1))
        rows.append(cells)
    return rows


def ratio_table(everyone, found):
    """How many times as fast the trainer is as the best peer of the same round."""
    rows = [["trainer / best of the others in the same round", "times as fast", "the best"]]
    for key, title in COMPARED.items():
        ratios, winners = [], []
        for number, ours in enumerate(found[TRAINER]):
            others = {
                name: rounds[number][key] for name, rounds in found.items()
                if name != TRAINER and key in rounds[number]}
            if not others:
                continue
            best = (min if key == "latency" else max)(others, key=others.get)
            ratio = ours[key] / others[best]
            ratios.append(1 / ratio if key == "latency" else ratio)
            winners.append(everyone[best].title)
        if ratios:
            rows.append([title, spread(ratios, 2), statistics.mode(winners)])
    return rows


def render(rows, markdown):
    if markdown:
        lines = ["| " + " | ".join(cells) + " |" for cells in rows]
        return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    options = arguments()
    everyone = {}
    try:
        add_contenders(everyone, options)
        found = measure(everyone, options.rounds)
    except PeerFailure as failure:
        sys.exit(f"error: a contender failed: {failure}; leave it out with --without")
    except subprocess.CalledProcessError as failure:
        sys.exit(f"error: {failure}; run that command by hand to see why")
    finally:
        for contender in everyone.values():
            contender.end()
    software = dict.fromkeys(contender.software for contender in everyone.values())
    print(f"\nResNet18 at 224x224, batch {options.batch}, medians of {options.rounds} alternating "
          f"rounds (lowest-highest)\n{processor()}, {cores()} cores; {'; '.join(software)}\n")
    print(render(result_table(everyone, found), options.markdown) + "\n")
    print(render(ratio_table(everyone, found), options.markdown))


if __name__ == "__main__":
    main()
