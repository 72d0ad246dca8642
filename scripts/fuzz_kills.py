"""Kills the extractor and the trainer at random moments; called by scripts/fuzz-kills.

A job is begun, killed after a random part of the time that an undisturbed one takes, and begun again
by the same command, until it ends by itself. Then its store or model is compared with the undisturbed
one, and the next job begins. The moments depend on the seed alone, what they hit on the machine.
"""

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Many small shards and checkpoints, so that kills meet the moments when files change hands.
EXTRACTION = ["sampling.framesPerVideo=8", "alignment.size=64", "shards.maximumMebibytes=1"]
TRAINING = [
    "network.width=8", "network.inputSize=32", "network.hidden=16", "batchSize=8", "epochs=3",
    "stepsPerEpoch=20", "checkpoints.everySteps=7", "checkpoints.everyMinutes=0",
    "validation.everyEpochs=1", "validation.bootstrap=50"]
# A training that is sound, broken or can't be told has ended.
ENDED = {"extraction": [0], "training": [0, 3, 4]}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/fuzz-kills")
    parser.add_argument("extractor", help=argparse.SUPPRESS)
    parser.add_argument("trainer", help=argparse.SUPPRESS)
    parser.add_argument("probe", help=argparse.SUPPRESS)
    parser.add_argument("--extractions", type=int, default=100, help="kills (default: 100)")
    parser.add_argument("--trainings", type=int, default=50, help="kills (default: 50)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    return parser.parse_args()


class Programs:
    """What is run, and where."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.clips = str(folder / "clips")
        self.store = str(folder / "store")

    def make_clips(self):
        run([self.options.extractor, "sample-clips", "weights/portraits", self.clips,
             "--people", "4", "--takes", "1", "--seconds", "0.5"], [0])

    def extraction(self, store):
        return [self.options.extractor, "run", "pipelines/demo.yaml", "--input", self.clips,
                "--store", store, "--workers", "2", *settings(EXTRACTION)]

    def training(self, run_folder):
        return [self.options.trainer, "train", "pipelines/demo.yaml", "--store", self.store,
                "--run", run_folder, "--workers", "2", "--force", *settings(TRAINING)]

    def store_content(self, store):
        run([self.options.extractor, "verify", store], [0])
        return digest(run([self.options.probe, "content", store], [0]))

    def model_content(self, run_folder):
        return digest((Path(run_folder) / "model.pt").read_bytes())


def settings(pairs):
    return [part for pair in pairs for part in ("--set", pair)]


def digest(data):
    return hashlib.sha256(data).hexdigest()


def run(command, expected):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in expected:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return done.stdout


def run_and_kill(command, seconds, expected):
    """Whether the job was killed before it ended."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
    if process.returncode == -signal.SIGKILL:
        return True
    if process.returncode not in expected:
        sys.exit(f"{' '.join(command)}\nended with {process.returncode}: {errors.decode()[-2000:]}")
    return False


def fuzz(kind, kills, folder, make_command, content, randomness):
    """Prints a line; returns the number of results that differ."""
    reference = str(folder / f"{kind}-undisturbed")
    begun = time.monotonic()
    run(make_command(reference), ENDED[kind])
    length = time.monotonic() - begun
    expected = content(reference)
    done, compared, differing, most, since = 0, 0, 0, 0, 0
    while done < kills or since > 0:
        place = str(folder / f"{kind}-{compared}")
        # The last one is left to end.
        moment = randomness.uniform(0, 1.1) * length if done < kills else None
        if run_and_kill(make_command(place), moment, ENDED[kind]):
            done, since = done + 1, since + 1
            continue
        if content(place) != expected:
            print(f"{place}: differs from the undisturbed one", file=sys.stderr)
            differing += 1
        compared, most, since = compared + 1, max(most, since), 0
    print(f"{kind}s: {done} kills, {compared} ended and compared, at most {most} kills of one, "
          f"{differing} differ", flush=True)
    return differing


def main():
    options = arguments()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-kills-") as name:
        folder = Path(name)
        programs = Programs(options, folder)
        programs.make_clips()
        differing = fuzz("extraction", options.extractions, folder, programs.extraction,
                         programs.store_content, random.Random(f"extraction {options.seed}"))
        run(programs.extraction(programs.store), [0])
        differing += fuzz("training", options.trainings, folder, programs.training,
                          programs.model_content, random.Random(f"training {options.seed}"))
    print(f"{time.monotonic() - begun:.0f} seconds")
    sys.exit(1 if differing else 0)


main()
