"""Writes the model files that `trainer diagnose` is tested with: sound, broken, foreign, hostile.

    pip install torch torchvision numpy safetensors
    python Tests/Fixtures/diagnosis/make_models.py

Made with PyTorch 2.15, torchvision 0.29, NumPy 2.4, safetensors 0.8 and Python 3.11. The network is
torchvision's ResNet18 with 8 channels in the first stage instead of 64 and 2 classes, untrained:
122 entries, 62 of them parameters. The weights are those of He's initialisation on a grid of powers
of two, so that they pack well; the statistics of BatchNorm are those of random pictures.

`intact.pt` is the sound one. Of the same network: `intact.safetensors`, `legacy.pth`, `half.pt`,
`data-parallel.pt`, `parameters-only.pt`, `statistics-reset.pt`, `nan-layer.pt`, `truncated.pt`;
`two-layer-head.pkl` has another head and no statistics.

`narrow.pt` is a sound network with 4 channels in the first stage, which keeps these small:
`numpy-2.pkl` (the number is the pickle's protocol), `numpy-4.pkl`, `numpy-5.pkl`, `tensors-2.pkl`,
`tensors-4.pkl`, `tensors-5.pkl` and `truncated.pkl` hold the same entries; `module.pt` is the module
itself, code and all.

`hostile.pkl` and `hostile.pt` would make a file `a-model-file-ran-a-command` in the working folder if
Python loaded them. Don't.
"""

import collections
import io
import os
import pathlib
import pickle

import numpy as np
import safetensors.torch
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock

FOLDER = pathlib.Path(__file__).parent


class NarrowResNet18(nn.Module):
    """torchvision's ResNet18 with `width` channels in the first stage."""

    def __init__(self, width, head=None):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = width
        for stage in range(4):
            planes, stride = width << stage, 1 if stage == 0 else 2
            shortcut = None
            if stage > 0:
                shortcut = nn.Sequential(
                    nn.Conv2d(channels, planes, 1, stride=stride, bias=False),
                    nn.BatchNorm2d(planes),
                )
            blocks = (BasicBlock(channels, planes, stride, shortcut), BasicBlock(planes, planes))
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            channels = planes
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = head or nn.Linear(channels, 2)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def gridded(values, step):
    """The nearest of nine multiples of the power of two next to `step`."""
    step = 2.0 ** round(np.log2(step))
    return (values / step).round().clamp(-4, 4) * step


def fill(network, generator):
    """Weights as He's initialisation, scales of BatchNorm around 1, shifts around 0."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                deviation = (2 / module.weight[0].numel()) ** 0.5
                values = torch.randn(module.weight.shape, generator=generator) * deviation
                module.weight.copy_(gridded(values, deviation / 2))
                if module.bias is not None:
                    values = torch.randn(module.bias.shape, generator=generator) * 0.125
                    module.bias.copy_(gridded(values, 1 / 16))
            elif isinstance(module, nn.BatchNorm2d):
                values = torch.randn(module.weight.shape, generator=generator)
                module.weight.copy_(1 + gridded(values * 0.125, 1 / 16))
                values = torch.randn(module.weight.shape, generator=generator)
                module.bias.copy_(gridded(values * 0.125, 1 / 16))


def pictures(count, generator):
    """Smooth random pictures, normalised as training does it."""
    coarse = torch.randn(count, 3, 9, 9, generator=generator)
    fine = torch.randn(count, 3, 96, 96, generator=generator)
    smooth = nn.functional.interpolate(coarse, size=96, mode="bicubic")
    return smooth + 0.3 * fine


def settle(network, generator):
    """Gathers the statistics of BatchNorm, and keeps 8 bits of each."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None  # The mean over all batches.
    network.train()
    with torch.no_grad():
        for _ in range(6):
            network(pictures(16, generator))
        for norm in norms:
            norm.momentum = 0.1
            norm.running_mean.copy_(norm.running_mean.bfloat16())
            norm.running_var.copy_(norm.running_var.bfloat16())
    return network.eval()


def made(width, seed, head=None):
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    network = NarrowResNet18(width, head)
    fill(network, generator)
    settle(network, generator)
    # Neither class is preferred.
    last = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]
    with torch.no_grad():
        logits = network(pictures(32, generator)).mean(0)
        last.bias.copy_(((last.bias - logits + logits.mean()) * 16).round() / 16)
    return network


class OtherNetwork(nn.Module):
    """A small VGG."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for planes in (8, 16, 32):
            layers += [nn.Conv2d(channels, planes, 3, padding=1), nn.BatchNorm2d(planes)]
            layers += [nn.ReLU(), nn.MaxPool2d(2)]
            channels = planes
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 2)
        )

    def forward(self, x):
        return self.classifier(self.features(x))


class Command:
    """What an attacker puts into a model file."""

    def __reduce__(self):
        return os.system, ("touch a-model-file-ran-a-command",)


def arrays(state):
    return {name: value.detach().numpy() for name, value in state.items()}


def save(name, value, **options):
    torch.save(value, FOLDER / name, **options)


def dump(name, value, protocol):
    (FOLDER / name).write_bytes(pickle.dumps(value, protocol))


def save_sound(network):
    state = network.state_dict()
    save("intact.pt", state)
    save("legacy.pth", state, _use_new_zipfile_serialization=False)
    save("half.pt", {k: v.half() if v.is_floating_point() else v for k, v in state.items()})
    wrapped = collections.OrderedDict(("module." + k, v) for k, v in state.items())
    save("data-parallel.pt", {"state_dict": wrapped, "epoch": 3})
    safetensors.torch.save_file(dict(state), FOLDER / "intact.safetensors")


def save_broken(network):
    state = network.state_dict()
    save("parameters-only.pt", dict(network.named_parameters()))
    reset = collections.OrderedDict(state)
    for name, value in state.items():
        if name.endswith("running_var"):
            reset[name] = torch.ones_like(value)
        elif name.endswith(("running_mean", "num_batches_tracked")):
            reset[name] = torch.zeros_like(value)
    save("statistics-reset.pt", reset)
    damaged = collections.OrderedDict(state)
    weight = damaged["layer2.1.conv1.weight"].clone()
    weight[3, 5, 1, 1] = weight[7, 0] = float("nan")
    damaged["layer2.1.conv1.weight"] = weight
    save("nan-layer.pt", damaged)
    whole = (FOLDER / "intact.pt").read_bytes()
    (FOLDER / "truncated.pt").write_bytes(whole[: len(whole) * 6 // 10])

    head = nn.Sequential(
        nn.Dropout(0.5), nn.Linear(64, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 2)
    )
    student = made(8, 22, head)
    dump("two-layer-head.pkl", arrays(dict(student.named_parameters())), 4)


def save_narrow(network):
    state = network.state_dict()
    save("narrow.pt", state)
    save("module.pt", network)
    for protocol in (2, 4, 5):
        dump(f"numpy-{protocol}.pkl", arrays(state), protocol)
        dump(f"tensors-{protocol}.pkl", state, protocol)
    whole = (FOLDER / "numpy-4.pkl").read_bytes()
    (FOLDER / "truncated.pkl").write_bytes(whole[: len(whole) * 6 // 10])


def save_hostile():
    weight = {"conv1.weight": np.zeros((4, 3, 7, 7), np.float32)}
    data = pickle.dumps(weight | {"fc.bias": Command()}, 2)
    # Python writes the module that implements os.system, posix; attackers write what works anywhere.
    hostile = data.replace(b"cposix\nsystem\n", b"cos\nsystem\n")
    assert hostile != data
    (FOLDER / "hostile.pkl").write_bytes(hostile)
    save("hostile.pt", {"conv1.weight": torch.zeros(4, 3, 7, 7), "fc.bias": Command()})

    # A list of ten strings, a list of ten of these lists, and so on: 10^60 strings.
    bomb = ["ha"] * 10
    for _ in range(59):
        bomb = [bomb] * 10
    dump("bomb.pkl", {"conv1.weight": bomb}, 4)
    # 50,000 lists in each other: EMPTY_LIST ... APPEND ... as the value of one key.
    depth = 50_000
    nested = b"]" * depth + b"a" * (depth - 1)
    (FOLDER / "deep.pkl").write_bytes(b"\x80\x02}X\x0c\x00\x00\x00conv1.weight" + nested + b"s.")


def save_other():
    generator = torch.Generator().manual_seed(7)
    network = OtherNetwork()
    fill(network, generator)
    save("other-network.pt", settle(network, generator).state_dict())


def describe(name, network):
    """Prints what shows that a network is sound: logits that differ from picture to picture."""
    with torch.no_grad():
        logits = network(pictures(32, torch.Generator().manual_seed(1)))
    difference = logits[:, 1] - logits[:, 0]
    state = network.state_dict()
    kept = {k: v for k, v in state.items() if "running" not in k}
    bare = NarrowResNet18(network.conv1.out_channels).eval()
    bare.load_state_dict(kept, strict=False)
    with torch.no_grad():
        lost = bare(pictures(32, torch.Generator().manual_seed(1)))
    lost = lost[:, 1] - lost[:, 0]
    print(
        f"{name}: {len(state)} entries, logit difference {difference.mean():.2f} +- "
        f"{difference.std():.2f}, without statistics {lost.mean():.1f} +- {lost.std():.1f}"
    )


def main():
    network, narrow = made(8, 20), made(4, 21)
    describe("width 8", network)
    describe("width 4", narrow)
    save_sound(network)
    save_broken(network)
    save_narrow(narrow)
    save_hostile()
    save_other()
    # What was written is what torch and pickle read.
    state = network.state_dict()
    loaded = torch.load(io.BytesIO((FOLDER / "legacy.pth").read_bytes()), weights_only=True)
    assert all(torch.equal(loaded[name], value) for name, value in state.items())
    sizes = {path.name: path.stat().st_size for path in sorted(FOLDER.iterdir())}
    for name, size in sizes.items():
        print(f"{size:8d} {name}")
    print(f"{sum(sizes.values()):8d} together")


if __name__ == "__main__":
    main()
