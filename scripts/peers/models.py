"""Writes the network that all peers run, in the file format of each: `models.py FOLDER BATCH`.

ResNet18 with the trainer's head, weights drawn from one seed. The BatchNorm statistics are those of
the pictures, so that numbers have the size that they have in a trained network, and so that the
logits of two pictures differ: equal logits then mean equal networks. PyTorch exports the weights to
ONNX once; the peers' own converters go on from there.

Prints a line of JSON: the conversions that failed, with the reason.
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

SEED = 1
SIDE = 224


def network():
    """ResNet18 with the trainer's head."""
    import torchvision
    from torch import nn

    model = torchvision.models.resnet18(num_classes=2)
    model.fc = nn.Sequential(
        nn.Dropout(0.5), nn.Linear(512, 256), nn.BatchNorm1d(256), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(256, 2))
    return model


def make_pictures(batch):
    """Pictures of large soft spots with a little noise, (n, 3, 224, 224), standardised."""
    import torch

    spots = torch.nn.functional.interpolate(
        torch.randn(batch, 3, 7, 7), size=(SIDE, SIDE), mode="bilinear")
    return spots + 0.25 * torch.randn(batch, 3, SIDE, SIDE)


def take_statistics(model, pictures):
    """Sets the running statistics of all BatchNorm layers to those of the pictures."""
    import torch

    layers = [layer for layer in model.modules() if hasattr(layer, "running_mean")]
    usual = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 1.0
    with torch.no_grad():
        model.train()(pictures)
    for layer, momentum in zip(layers, usual):
        layer.momentum = momentum
    model.eval()


def write_onnx(model, pictures, path, any_batch):
    import torch

    names = {"pictures": {0: "n"}, "logits": {0: "n"}}
    torch.onnx.export(
        model, (pictures,), path, input_names=["pictures"], output_names=["logits"],
        dynamic_axes=names if any_batch else None, dynamo=False)


def convert_for_ncnn(folder):
    """ncnn knows single pictures only. Weights stay float32; a setting at run time rounds them."""
    program = Path(sys.executable).with_name("pnnx")
    found = subprocess.run(
        [program, "picture.onnx", "fp16=0"], cwd=folder, capture_output=True, text=True)
    if found.returncode != 0 or not (folder / "picture.ncnn.bin").exists():
        raise RuntimeError(f"pnnx: exit status {found.returncode}: {found.stderr.strip()[-200:]}")


def convert_for_mnn(folder):
    # The program mnnconvert would install a package into the first Python on PATH and send a log of
    # the conversion to its maker; the function that it calls does neither.
    import _tools

    # It writes to standard output, where only the answer may go.
    _tools.mnnconvert([
        "mnnconvert", "-f", "ONNX", "--modelFile", str(folder / "batch.onnx"),
        "--MNNModel", str(folder / "batch.mnn"), "--bizCode", "peers"])
    if not (folder / "batch.mnn").exists():
        raise RuntimeError("mnnconvert wrote no model")


def main():
    import os

    import numpy
    import torch

    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    folder, batch = Path(sys.argv[1]), int(sys.argv[2])
    torch.manual_seed(SEED)
    model = network()
    pictures = make_pictures(batch)
    take_statistics(model, pictures)
    with torch.no_grad():
        logits = model(pictures)
    numpy.save(folder / "pictures.npy", pictures.numpy())
    numpy.save(folder / "logits.npy", logits.numpy())
    torch.save(model.state_dict(), folder / "weights.pt")
    write_onnx(model, pictures[:1], folder / "batch.onnx", any_batch=True)
    write_onnx(model, pictures[:1], folder / "picture.onnx", any_batch=False)
    failed = {}
    for engine, convert in (("ncnn", convert_for_ncnn), ("mnn", convert_for_mnn)):
        try:
            convert(folder)
        except (ImportError, OSError, RuntimeError) as error:
            failed[engine] = str(error)
    answers.write(json.dumps({"failed": failed}) + "\n")


if __name__ == "__main__":
    main()
