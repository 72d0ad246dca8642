"""Writes weights of ResNet18 as they are published, by the programs that publish them or in the form of
theirs, and `expected.json`, which says what must be taken of each.

    pip install torch torchvision timm safetensors numpy
    python Tests/Fixtures/pretrained/make_files.py

Names, their order and types are those of torchvision's and timm's own networks; channels are divided by
64, so that a stage has one where ResNet18 has 64, and a file a few kilobytes. The backbone that must be
taken has the same numbers in all files, hashes of their places (`../resnet18/make_fixtures.py`); every
other network has other ones. `expected.json` has of each entry of the backbone the count, the sum, and
the sum of each number times its place from 1. Made with PyTorch 2.15, torchvision 0.29, timm 1.0.31.
"""

import importlib.util
import json
import pathlib

import numpy as np
import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

FOLDER = pathlib.Path(__file__).parent
NARROWER = 64
spec = importlib.util.spec_from_file_location(
    "resnet18", FOLDER.parent / "resnet18" / "make_fixtures.py"
)
base = importlib.util.module_from_spec(spec)
spec.loader.exec_module(base)

TORCHVISION = torchvision.models.resnet18(weights=None).state_dict()
TIMM = timm.create_model("resnet18", pretrained=False).state_dict()
FEATURES = 512 // NARROWER
expected = {}


def narrow(name, tensor):
    """The part of a tensor that a network with fewer channels has."""
    if tensor.dim() == 0:
        return tensor.clone()
    size = list(tensor.shape)
    if not name.startswith("fc."):
        size[0] //= NARROWER
    if tensor.dim() > 1 and size[1] > 3:
        size[1] //= NARROWER
    return torch.zeros(size, dtype=tensor.dtype)


def backbone(source=TORCHVISION, key=0):
    """Entries of a backbone, filled; another key gives other numbers."""
    result = {}
    for index, (name, tensor) in enumerate(source.items()):
        if name.startswith("fc."):
            continue
        tensor = narrow(name, tensor)
        kind = base.role(name, tensor.shape)
        if kind == "batches":
            tensor.fill_(index + 1000 * key)
        else:
            values = base.uniform(index + 5000 * key, tensor.numel()) * np.float32(0.25)
            if kind in ("scale", "variance"):
                values += np.float32(1)
            tensor = torch.from_numpy(values.reshape(tuple(tensor.shape)))
        result[name] = tensor
    return result


def head(*sizes, name="fc", bias=True, places=None):
    """Linear layers under the names of an `nn.Sequential`, or one under its own."""
    result = {}
    for number, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        place = "" if len(sizes) == 2 else f".{(places or range(0, 9, 2))[number]}"
        result[f"{name}{place}.weight"] = torch.full((outputs, inputs), 0.5)
        if bias:
            result[f"{name}{place}.bias"] = torch.full((outputs,), 0.5)
    return result


def prefixed(prefix, entries):
    return {prefix + name: tensor for name, tensor in entries.items()}


def without_counters(entries):
    return {n: t for n, t in entries.items() if not n.endswith("num_batches_tracked")}


NUMBERS = {"conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"}


def numbered(entries):
    """As `nn.Sequential(*resnet.children())` calls them."""
    return {
        ".".join([NUMBERS[n.split(".")[0]], *n.split(".")[1:]]): t for n, t in entries.items()
    }


def write(name, content, prefix="", container="", key=None, replaced=(), unexpected=()):
    path = FOLDER / name
    if name.endswith(".safetensors"):
        save_file(content, path, metadata={"format": "pt"})
    else:
        torch.save(content, path)
    expected[name] = {
        "prefix": prefix, "container": container, "key": key,
        "counters": any("num_batches_tracked" in n for n in names_of(content)),
        "head": list(replaced), "unexpected": list(unexpected),
    }
    print(f"{name}: {path.stat().st_size} bytes")


def names_of(content):
    for name, value in content.items():
        if isinstance(value, dict):
            yield from names_of(value)
        else:
            yield name


def main():
    own, other = backbone(), backbone(key=1)
    # Published, in full: the file of torchvision has no counters, timm's has them.
    imagenet = head(FEATURES, 1000)
    write("torchvision.pth", {**without_counters(own), **imagenet}, replaced=list(imagenet))
    assert list(TIMM) == list(TORCHVISION)
    timms = {n: t.contiguous() for n, t in {**backbone(TIMM), **imagenet}.items()}
    write("timm.safetensors", timms, replaced=list(imagenet))
    write("timm-old.safetensors", without_counters(timms), replaced=list(imagenet))
    write("timm.bin", timms, replaced=list(imagenet))
    write("timm-features.pth", own)

    # MoCo v1 and v2: the query's encoder comes first; the key's, its average, and the queue are not it.
    one = head(FEATURES, 16)
    two = head(FEATURES, FEATURES, 16)
    moco = {
        **prefixed("module.encoder_q.", {**own, **one}),
        **prefixed("module.encoder_k.", {**other, **one}),
        "module.queue": torch.zeros(16, 32), "module.queue_ptr": torch.zeros(1, dtype=torch.int64),
    }
    write(
        "moco.pth.tar",
        {"epoch": 200, "arch": "resnet18", "state_dict": moco, "optimizer": {"state": {}}},
        prefix="module.encoder_q.", container="state_dict",
        unexpected=["module.queue", "module.queue_ptr"],
    )
    v2 = {
        **prefixed("encoder_q.", {**own, **two}),
        **prefixed("encoder_k.", {**other, **two}), "queue": torch.zeros(16, 32),
    }
    write("moco-v2.pth", {"state_dict": v2}, prefix="encoder_q.", container="state_dict")
    v3 = {
        **prefixed("module.base_encoder.", {**own, **two}),
        **prefixed("module.momentum_encoder.", {**other, **two}),
        **prefixed("module.predictor.", head(16, 8, 16, name="0")),
    }
    write("moco-v3.pth", {"state_dict": v3}, prefix="module.base_encoder.", container="state_dict")

    # SimCLR: as the well-known PyTorch programs save it, and numbered as a Sequential of children.
    write(
        "simclr.pth.tar", {"state_dict": prefixed("backbone.", {**own, **two}), "arch": "resnet18"},
        prefix="backbone.", container="state_dict",
    )
    projection = head(FEATURES, FEATURES, 16, name="projector")
    write(
        "simclr-encoder.pth", {**prefixed("encoder.", own), **projection}, prefix="encoder.",
        replaced=list(projection),
    )
    write(
        "simclr-numbered.pth", {"model": {**prefixed("backbone.", numbered(own)), **projection}},
        prefix="backbone.", container="model",
    )
    # SimSiam, Barlow Twins and VICReg.
    write(
        "simsiam.pth.tar",
        {
            "state_dict": {
                **prefixed("module.encoder.", {**own, **two}),
                **prefixed("module.predictor.", head(16, 4, 16, name="predictor")),
            }
        },
        prefix="module.encoder.", container="state_dict",
    )
    write(
        "barlow.pth",
        {"epoch": 1, "model": {**prefixed("module.backbone.", own), **prefixed("module.", projection)}},
        prefix="module.backbone.", container="model",
    )
    # BYOL: online and target networks in one dictionary, and beside each other.
    write(
        "byol.pth",
        {
            **prefixed("online_encoder.net.", {**own, **one}),
            **prefixed("online_encoder.projector.", head(16, 8, 16, name="net")),
            **prefixed("target_encoder.net.", {**other, **one}),
            **prefixed("online_predictor.", head(16, 8, 16, name="net")),
        },
        prefix="online_encoder.net.",
    )
    write(
        "byol-networks.pth",
        {
            "online_network_state_dict": {**prefixed("encoder.", numbered(own)), **projection},
            "target_network_state_dict": {**prefixed("encoder.", numbered(other)), **projection},
        },
        prefix="encoder.", container="online_network_state_dict",
    )
    # DINO: the student and its average, the teacher; the backbone alone as published.
    dino_head = {
        **head(FEATURES, 8, 8, name="head.mlp"),
        "head.last_layer.weight_g": torch.ones(16, 1), "head.last_layer.weight_v": torch.ones(16, 8),
    }
    write(
        "dino.pth",
        {
            "student": {
                **prefixed("module.backbone.", own), **prefixed("module.", dino_head),
            },
            "teacher": {**prefixed("backbone.", other), **dino_head},
            "optimizer": {"state": {}}, "epoch": 100,
        },
        prefix="module.backbone.", container="student",
    )
    write(
        "dino-teacher.pth",
        {
            "student": {**prefixed("module.backbone.", other), **prefixed("module.", dino_head)},
            "teacher": {**prefixed("backbone.", own), **dino_head},
        },
        prefix="backbone.", container="teacher", key="teacher",
    )
    # Lightning and solo-learn: online and momentum networks, projector and classifier.
    write(
        "lightning.ckpt",
        {
            "epoch": 1, "pytorch-lightning_version": "2.5.0",
            "state_dict": {
                **prefixed("backbone.", own), **head(FEATURES, 10, name="classifier"),
                **projection, **prefixed("momentum_backbone.", other),
                **head(FEATURES, FEATURES, 16, name="momentum_projector"),
            },
        },
        prefix="backbone.", container="state_dict",
    )
    # SwAV: the head's layers at the top.
    write(
        "swav.pth.tar",
        prefixed(
            "module.",
            {
                **own, **head(FEATURES, FEATURES, 16, name="projection_head"),
                **head(16, 30, name="prototypes", bias=False),
            },
        ),
        prefix="module.",
    )
    # What must be refused: a layer's statistics, and a weight, are not there.
    lacking = dict(own)
    for name in ("layer2.0.bn1.running_mean", "layer3.1.bn2.running_var"):
        del lacking[name]
    write("lacks-statistics.pth", lacking)
    lacking = dict(own)
    del lacking["layer4.0.downsample.0.weight"]
    lacking["bn1.running_var"] = torch.full_like(lacking["bn1.running_var"], float("nan"))
    write("lacks-weights.pth", lacking)
    sums = {}
    for name, tensor in own.items():
        values = tensor.double().flatten().numpy()
        sums[name] = [len(values), values.sum(), (values * np.arange(1, len(values) + 1)).sum()]
    files = [f"{json.dumps(n)}: {json.dumps(e)}" for n, e in sorted(expected.items())]
    entries = [f"{json.dumps(n)}: {json.dumps(e)}" for n, e in sums.items()]
    (FOLDER / "expected.json").write_text(
        '{"files": {\n' + ",\n".join(files) + '\n}, "backbone": {\n' + ",\n".join(entries)
        + "\n}}\n"
    )


if __name__ == "__main__":
    main()
