"""Measures the trainer, PyTorch and ONNX Runtime in alternation; called by scripts/benchmark-peers.

Every measurement is a process of its own that warms up with one batch and then times one or two,
so that no contender works in the memory or on the threads of another.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trainer")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    return parser.parse_args()


# One contender, in a process of its own: prints images per second as JSON.


def network():
    import torch
    import torchvision
    from torch import nn

    torch.manual_seed(1)
    model = torchvision.models.resnet18(num_classes=2)
    model.fc = nn.Sequential(
        nn.Dropout(0.5), nn.Linear(512, 256), nn.BatchNorm1d(256), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(256, 2))
    return model


def timed(batch, step):
    step()
    start = time.perf_counter()
    step()
    step()
    return 2 * batch / (time.perf_counter() - start)


def pytorch(batch, threads, channels_last):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = network().to(memory_format=layout)
    pictures = torch.randn(batch, 3, 224, 224).to(memory_format=layout)
    labels = torch.arange(batch) % 2
    optimizer = torch.optim.SGD(
        model.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-4)
    loss = nn.CrossEntropyLoss(label_smoothing=0.01)

    def train():
        optimizer.zero_grad()
        loss(model(pictures), labels).backward()
        optimizer.step()

    training = timed(batch, train)
    model.eval()
    with torch.inference_mode():
        inference = timed(batch, lambda: model(pictures))
        one = timed(1, lambda: [model(pictures[:1]) for _ in range(8)]) * 8
    return {"training": training, "inference": inference, "single": one}


def onnx_runtime(batch, threads):
    import io

    import onnxruntime
    import torch

    file = io.BytesIO()
    torch.onnx.export(
        network().eval(), (torch.randn(1, 3, 224, 224),), file, input_names=["pictures"],
        output_names=["logits"], dynamic_axes={"pictures": {0: "n"}, "logits": {0: "n"}},
        dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        file.getvalue(), options, providers=["CPUExecutionProvider"])
    pictures = torch.randn(batch, 3, 224, 224).numpy()
    inference = timed(batch, lambda: session.run(None, {"pictures": pictures}))
    first = pictures[:1].copy()
    one = timed(1, lambda: [session.run(None, {"pictures": first}) for _ in range(8)]) * 8
    return {"inference": inference, "single": one}


def contender(name, batch, cores):
    if name == "pytorch":
        return pytorch(batch, cores, False)
    if name == "channels_last":
        return pytorch(batch, cores, True)
    if name == "part":
        return pytorch(batch // cores, 1, False)
    return onnx_runtime(batch, cores)


# The rounds.


def run(options, name):
    command = [
        sys.executable, __file__, options.trainer, "--batch", str(options.batch), "--contender",
        name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def result(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit("error: a contender failed; run it by hand with --contender to see why")
    return json.loads(output)


def measure(options, name, cores):
    if name == "trainer":
        output = subprocess.run(
            [options.trainer, "benchmark", "--batch", str(options.batch), "--rounds", "2",
             "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        told = json.loads(output)
        return {
            "training": told["trainingImagesPerSecond"],
            "inference": told["inferenceImagesPerSecond"],
            "single": told.get("singleImagesPerSecond")}
    if name == "processes":
        # Data parallel without the averaging of gradients: an upper bound for PyTorch.
        parts = [result(process) for process in [run(options, "part") for _ in range(cores)]]
        return {key: sum(part[key] for part in parts) for key in ("training", "inference")}
    return result(run(options, name))


def main():
    options = arguments()
    cores = len(os.sched_getaffinity(0))
    if options.contender:
        print(json.dumps(contender(options.contender, options.batch, cores)))
        return
    names = {
        "trainer": f"trainer, {cores} workers",
        "pytorch": f"PyTorch, {cores} threads",
        "channels_last": f"PyTorch, {cores} threads, channels_last",
        "processes": f"PyTorch, {cores} processes of 1 thread",
        "onnxruntime": f"ONNX Runtime, {cores} threads"}
    found = {name: [] for name in names}
    for number in range(options.rounds):
        for name in names:
            found[name].append(measure(options, name, cores))
            print(f"round {number + 1} of {options.rounds}: {names[name]}", file=sys.stderr)
    print(f"\nResNet18 at 224x224, batch {options.batch}, images/s, median of {options.rounds} "
          "alternating rounds (lowest-highest)\n")
    print("| | training | inference | inference, batch 1 |\n|---|---|---|---|")
    for name, title in names.items():
        cells = []
        for key in ("training", "inference", "single"):
            values = [told[key] for told in found[name] if told.get(key)]
            cells.append(
                f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"
                if values else "-")
        print(f"| {title} | " + " | ".join(cells) + " |")
    for key in ("training", "inference"):
        ratios = [
            ours[key] / max(found[name][place].get(key, 0) for name in names if name != "trainer")
            for place, ours in enumerate(found["trainer"])]
        print(f"\n{key}: {statistics.median(ratios):.2f} times the best of the others in the same "
              f"round ({min(ratios):.2f}-{max(ratios):.2f})")


if __name__ == "__main__":
    main()
