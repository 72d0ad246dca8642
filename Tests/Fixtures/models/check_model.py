"""Loads a model.pt as docs/training.md shows it, and prints the logits of pictures.

    check_model.py MODEL PICTURES COUNT

PICTURES holds COUNT pictures as bytes, (count, size, size, 3). Needs torch and torchvision. The
description in the file's own record says how wide the network is, and what a picture becomes.
"""

import json
import sys
import zipfile

import torch
from torch import nn
from torchvision.models import resnet18
from torchvision.models.resnet import BasicBlock, ResNet


def network(architecture):
    width, hidden = architecture["width"], architecture["hidden"]
    model = resnet18() if width == 64 else NarrowResNet18(width)
    dropout = architecture["dropout"]
    layers = [nn.Linear(8 * width, hidden), nn.BatchNorm1d(hidden), nn.ReLU()]
    if architecture.get("entryNames"):
        # A repaired model keeps the names of its network, here one without dropout.
        model.fc = nn.Sequential(*layers, nn.Linear(hidden, 2))
    else:
        model.fc = nn.Sequential(
            nn.Dropout(dropout), *layers, nn.Dropout(dropout), nn.Linear(hidden, 2))
    return model


class NarrowResNet18(ResNet):
    """torchvision's own code with another width."""

    def __init__(self, width):
        super().__init__(BasicBlock, [2, 2, 2, 2])
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        for stage in range(4):
            layer = self._make_layer(BasicBlock, width << stage, 2, stride=1 if stage == 0 else 2)
            setattr(self, f"layer{stage + 1}", layer)


def main():
    path, pictures, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith("/deepfake_detection.json"))
        description = json.loads(archive.read(name))
    weights = torch.load(path, weights_only=True)
    mapped = torch.load(path, weights_only=True, mmap=True)
    assert list(weights) == list(mapped)
    assert all(torch.equal(weights[key], mapped[key]) for key in weights)
    model = network(description["architecture"])
    model.load_state_dict(mapped, strict=True)
    model.load_state_dict(weights, strict=True)
    model.eval()
    size = description["architecture"]["inputSize"]
    pixels = torch.frombuffer(bytearray(open(pictures, "rb").read()), dtype=torch.uint8)
    batch = pixels.reshape(count, size, size, 3).permute(0, 3, 1, 2).float() / 255
    normalization = description["normalization"]
    mean = torch.tensor(normalization["mean"]).reshape(1, 3, 1, 1)
    deviation = torch.tensor(normalization["standardDeviation"]).reshape(1, 3, 1, 1)
    with torch.no_grad():
        logits = model((batch - mean) / deviation)
    for row in logits.tolist():
        print(*(repr(value) for value in row))


main()
