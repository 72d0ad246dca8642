"""One process of a peer, for measure.py: `peer.py SETTINGS`, SETTINGS being a JSON object.

Computes the logits once and says in a line of JSON how far they are from PyTorch's in float32.
Then measures whatever it reads from standard input, a line of a quantity and the seconds to spend,
and answers with seconds per call.
"""

import ctypes
import json
import os
import signal
import statistics
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1


def seconds_of_calls(call, seconds):
    """Times of as many calls as fit into so many seconds, at least two."""
    times, start = [], time.perf_counter()
    while len(times) < 2 or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return times


def peak_mebibytes():
    """Most memory that this program has had at once; None where the system doesn't tell."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmHWM"))
    except OSError:
        return None


def difference(found, expected, scale):
    """Norm of the difference, relative to the norm that so many pictures have on average."""
    import numpy

    if found.shape != expected.shape:
        raise ValueError(f"logits have the shape {found.shape}, expected {expected.shape}")
    return float(numpy.linalg.norm(found - expected) / (scale * len(found) ** 0.5))


def main():
    # A process that is stopped doesn't notice that nobody will ask any more.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    import numpy

    from engines import ENGINES, LATENCY, TRAINING

    # What libraries print goes to standard error: only answers may go to standard output.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    settings = json.loads(sys.argv[1])
    folder = Path(settings["folder"])
    pictures, logits = (numpy.load(folder / name) for name in ("pictures.npy", "logits.npy"))
    scale = numpy.linalg.norm(logits) / len(logits) ** 0.5
    mine = slice(settings["first"], settings["first"] + settings["share"])
    engine = ENGINES[settings["engine"]](settings, folder, numpy.array(pictures[mine]))
    # Before a training changes the weights.
    calls, differences = {}, []
    for quantity in settings["quantities"]:
        if quantity == TRAINING:
            continue
        calls[quantity] = engine.begin(quantity)
        expected = logits[mine][:1] if quantity == LATENCY else logits[mine]
        differences.append(difference(calls[quantity](), expected, scale))
    answers.write(json.dumps({"difference": max(differences)}) + "\n")
    for line in sys.stdin:
        quantity, seconds = line.split()
        # PyTorch's model is either training or not.
        call = calls.get(quantity) if settings["engine"] != "pytorch" else None
        call = call or engine.begin(quantity)
        call()
        times = seconds_of_calls(call, float(seconds))
        answers.write(json.dumps({
            "mean": statistics.mean(times), "fastest": min(times),
            "peak": peak_mebibytes()}) + "\n")


if __name__ == "__main__":
    main()
