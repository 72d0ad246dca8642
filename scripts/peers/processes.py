"""The processes that are measured: those of the peers, and the trainer's."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from engines import INFERENCE, LATENCY, TRAINING

# Compiling takes minutes on a busy machine.
PATIENCE_SECONDS = 900
# The C library keeps the memory of large tensors instead of giving it back to the system after each
# use, and takes it in huge pages. Measured on PyTorch with one thread, batch 32, one run each: a
# training step needs 18% less CPU time in float32 and 14% less in bfloat16, with channels_last 16%
# and 10% less; the peak of memory rises by 1 to 12%.
MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32), "MALLOC_TRIM_THRESHOLD_": str(1 << 34),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class PeerFailure(Exception):
    """A peer that can't be measured, with its reason."""


class Peer:
    """A process that measures when it is asked to, and stands still otherwise."""

    def __init__(self, settings):
        script = Path(__file__).with_name("peer.py")
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, str(script), json.dumps(settings)], text=True,
            env={**os.environ, **MEMORY}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors)

    def answer(self):
        if not select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0]:
            raise PeerFailure(f"no answer in {PATIENCE_SECONDS} seconds")
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.errors.seek(0)
            lines = self.errors.read().strip().splitlines()
            errors = [line for line in lines if "Error" in line] or lines
            raise PeerFailure(errors[-1] if errors else f"exit status {status}")
        return json.loads(line)

    def start(self, quantity, seconds):
        self.process.send_signal(signal.SIGCONT)
        print(quantity, seconds, file=self.process.stdin, flush=True)

    def finish(self):
        found = self.answer()
        self.stop()
        return found

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def end(self):
        self.process.kill()
        self.process.wait()


class Team:
    """The processes of one setting of a contender; their rates add up."""

    def __init__(self, contender, setting, folder):
        self.setting = setting
        self.share = setting.options["share"]
        self.peers = []
        try:
            # One after the other: what warms up alone is ready sooner.
            differences = []
            for index in range(setting.processes):
                self.peers.append(Peer({
                    **setting.options, "engine": contender.engine, "folder": str(folder),
                    "precision": contender.precision, "first": index * self.share,
                    "quantities": setting.quantities}))
                differences.append(self.peers[-1].answer()["difference"])
                self.peers[-1].stop()
        except BaseException:
            self.end()
            raise
        self.difference = max(differences)

    def measure(self, quantity, seconds, which="mean"):
        """Images per second, or milliseconds of one image; and MiB of memory so far."""
        # The latency of one picture is that of one process alone.
        peers = self.peers[:1] if quantity == LATENCY else self.peers
        for peer in peers:
            peer.start(quantity, seconds)
        found = [peer.finish() for peer in peers]
        peaks = [each["peak"] for each in found]
        peak = None if None in peaks else sum(peaks)
        if quantity == LATENCY:
            return found[0][which] * 1e3, peak
        return sum(self.share / each[which] for each in found), peak

    def end(self):
        for peer in self.peers:
            peer.end()


class Trainer:
    """The trainer: a new process in each round, by `trainer benchmark`."""

    def __init__(self, path, batch, workers, rounds):
        self.command = [
            path, "benchmark", "--batch", str(batch), "--workers", str(workers),
            "--rounds", str(rounds), "--json", "-"]
        self.title = f"trainer, {workers} workers"
        self.kernels = None

    def measure(self):
        found = json.loads(subprocess.run(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
        self.kernels = found["kernels"]
        return {
            TRAINING: found["trainingImagesPerSecond"],
            INFERENCE: found["inferenceImagesPerSecond"],
            LATENCY: found["singleImageMilliseconds"], "peak": found["peakMebibytes"]}
