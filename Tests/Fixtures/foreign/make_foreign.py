"""Writes model files as other programs do, each with the program's own writer.

    pip install torch torchvision numpy safetensors h5py onnx joblib lightning fastai
    python Tests/Fixtures/foreign/make_foreign.py

Made with PyTorch 2.15, NumPy 2.4, safetensors 0.8, h5py 3.16, onnx 1.23, joblib 1.6, and the versions
of lightning and fastai that `versions.json` names. The network is the ResNet18 of
../diagnosis/make_models.py with one channel in the first stage: what counts here is the form of a file.
`reference.pt` is its state_dict; every other file holds the same tensors, or says why it doesn't.

`advice.json` lists what `trainer` advises for files that it doesn't read: the code that it prints (with
the names model.pt and weights.pt), the file that it was run on, and the file that came of it.
"""

import argparse
import bz2
import collections
import datetime
import decimal
import enum
import functools
import gzip
import hashlib
import importlib.metadata
import io
import json
import lzma
import pathlib
import pickle
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import uuid
import zipfile

import h5py
import joblib
import numpy as np
import onnx
import onnx.numpy_helper
import safetensors.torch
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent
# The legacy format is half as long.
SHORT = {"_use_new_zipfile_serialization": False}
sys.path.insert(0, str(FOLDER.parent / "diagnosis"))
from make_models import NarrowResNet18, fill, made  # noqa: E402


class Mode(enum.Enum):
    TRAIN = 1


class Settings(dict):
    """A dictionary with attributes, as configuration libraries have it."""

    def __getattr__(self, name):
        if name not in self:
            raise AttributeError(name)
        return self[name]


class Recipe:
    """A configuration that refers to itself."""

    def __init__(self):
        self.stages = [3, 4]
        self.own = self


def save(name, value, **options):
    torch.save(value, FOLDER / name, **options)


def arrays(state):
    return {name: value.detach().numpy() for name, value in state.items()}


def save_objects(network):
    """An intact state_dict beside objects of all kinds."""
    state = network.state_dict()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    # timm's form, see timm/utils/checkpoint_saver.py.
    arguments = argparse.Namespace(
        model="resnet18", data_dir=pathlib.Path("/data/faces"), lr=0.1, mean=None,
        classes=["real", "fake"],
    )
    save("namespace.pth.tar", {
        "epoch": 3, "arch": "resnet18", "state_dict": state, "optimizer": optimizer.state_dict(),
        "version": 2, "args": arguments, "metric": np.float64(0.9),
    }, **SHORT)
    counts = collections.defaultdict(int)
    counts["real"] += 1
    objects = {
        "path": pathlib.PurePosixPath("runs/1"), "windows": pathlib.PureWindowsPath("c:\\runs"),
        "partial": functools.partial(nn.BatchNorm2d, eps=1e-3), "mode": Mode.TRAIN,
        "when": datetime.datetime(2024, 5, 6, tzinfo=datetime.timezone.utc),
        "took": datetime.timedelta(hours=2), "counts": counts,
        "queue": collections.deque([1, 2], maxlen=4), "exact": decimal.Decimal("0.1"),
        "run": uuid.UUID(int=7), "loss": nn.BCEWithLogitsLoss(pos_weight=torch.ones(1)),
        "settings": Settings(lr=0.1), "recipe": Recipe(), "random": random.Random(1),
        "set": {1, 2}, "range": range(3), "slice": slice(1), "complex": 1j, "class": nn.ReLU,
        "function": torch.relu, "device": torch.device("cpu"), "dtype": torch.float16,
        "error": ValueError("no"), "bytes": bytearray(b"ab"),
    }
    save("objects.pt", {"objects": objects, "model": state}, **SHORT)
    (FOLDER / "objects-0.pkl").write_bytes(pickle.dumps({"o": objects, "net": arrays(state)}, 0))
    (FOLDER / "objects-5.pkl").write_bytes(pickle.dumps({"o": objects, "net": arrays(state)}, 5))


def save_modules(network):
    """The network itself, code and all."""
    save("module-legacy.pt", network, _use_new_zipfile_serialization=False)
    save("module-parallel.pt", {"model": nn.DataParallel(network), "epoch": 3})


def save_protocols(network):
    state = network.state_dict()
    save("protocol-1.pt", state, pickle_protocol=1, **SHORT)
    save("protocol-4-legacy.pt", state, pickle_protocol=4, _use_new_zipfile_serialization=False)
    data = pickle.dumps(collections.OrderedDict(arrays(state)), 1)
    (FOLDER / "protocol-1.pkl").write_bytes(data)


def save_containers(network):
    state = network.state_dict()
    other = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).state_dict()
    checkpoint = {"epoch": 2, "model_state": state, "best_acc": torch.tensor(0.5)}
    save("model-state.pth", checkpoint, **SHORT)
    networks = {"generator": other, "discriminator": state}
    save("generator.pth", {"nets": networks, "step": 3}, **SHORT)
    average = {name: value.half().float() for name, value in state.items()}
    save("averaged.pth", {"state_dict": state, "state_dict_ema": average}, **SHORT)
    # thop leaves its counters in the network that it has measured.
    profiled = NarrowResNet18(1)
    profiled.load_state_dict(state)
    for module in profiled.modules():
        module.register_buffer("total_ops", torch.zeros(1, dtype=torch.float64))
        module.register_buffer("total_params", torch.zeros(1, dtype=torch.float64))
    save("profiled.pth", profiled.state_dict(), **SHORT)


def save_packed(network):
    """Files around files."""
    state = network.state_dict()
    with gzip.GzipFile(FOLDER / "weights.pth.gz", "wb", mtime=0) as file:
        torch.save(state, file)
    data = (FOLDER / "reference.pt").read_bytes()
    with zipfile.ZipFile(FOLDER / "download.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in [("download/README.md", b"A model.\n"), ("download/net.pth", data)]:
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(FOLDER / "two.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("first.pth", "second.pth"):
            file.writestr(zipfile.ZipInfo(name), data[:1000], zipfile.ZIP_DEFLATED)
    # The same records, packed again by another program.
    with zipfile.ZipFile(FOLDER / "reference.pt") as source:
        with zipfile.ZipFile(FOLDER / "repacked.pt", "w") as file:
            for item in source.infolist():
                content = source.read(item)
                file.writestr(zipfile.ZipInfo(item.filename), content, zipfile.ZIP_DEFLATED)
    (FOLDER / "weights.pth.xz").write_bytes(lzma.compress(data))
    (FOLDER / "weights.pth.bz2").write_bytes(bz2.compress(data))
    with tarfile.open(FOLDER / "weights.tar", "w", format=tarfile.USTAR_FORMAT) as file:
        item = tarfile.TarInfo("run/weights.pth")
        item.size = len(data)
        file.addfile(item, io.BytesIO(data))
    np.savez_compressed(FOLDER / "arrays-compressed.npz", **arrays(state))


def save_sharded(network):
    """The two forms of Transformers, see transformers/modeling_utils.py."""
    state = network.state_dict()
    names = list(state)
    parts = {1: names[:70], 2: names[70:]}
    for folder, stem, ending in [
        ("sharded-bin", "pytorch_model", "bin"), ("sharded-safetensors", "model", "safetensors"),
    ]:
        (FOLDER / folder).mkdir(exist_ok=True)
        places = {}
        for number, part in parts.items():
            name = f"{stem}-{number:05d}-of-00002.{ending}"
            tensors = {key: state[key] for key in part}
            if ending == "bin":
                torch.save(tensors, FOLDER / folder / name)
            else:
                safetensors.torch.save_file(
                    tensors, FOLDER / folder / name, metadata={"format": "pt"})
            places |= dict.fromkeys(part, name)
        size = sum(value.numel() * value.element_size() for value in state.values())
        index = {"metadata": {"total_size": size}, "weight_map": places}
        (FOLDER / folder / f"{stem}.{ending}.index.json").write_text(json.dumps(index, indent=2))


def save_foreign(network):
    """What is no file of weights, or none that is read."""
    state = network.state_dict()
    joblib.dump(arrays(state), FOLDER / "plain.joblib")
    joblib.dump(arrays(state), FOLDER / "zlib.joblib", compress=("zlib", 3))
    joblib.dump(arrays(state), FOLDER / "xz.joblib", compress=("xz", 3))
    torch.jit.script(network).save(FOLDER / "scripted.pt")
    torch.jit.freeze(torch.jit.script(network)).save(FOLDER / "frozen.pt")
    with h5py.File(FOLDER / "weights.h5", "w", libver="latest") as file:
        for name, value in arrays(state).items():
            file[name.replace(".", "/")] = value
    with h5py.File(FOLDER / "keras.h5", "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["model_config"] = '{"class_name": "Functional"}'
        file["model_weights/conv1/kernel:0"] = np.zeros((7, 7, 3, 1), np.float32)
    initializers = [onnx.numpy_helper.from_array(v, k) for k, v in arrays(state).items()]
    graph = onnx.helper.make_graph([], "network", [], [], initializer=initializers)
    onnx.save(onnx.helper.make_model(graph), FOLDER / "network.onnx")
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    network(torch.zeros(1, 3, 32, 32)).sum().backward()
    optimizer.step()
    network.load_state_dict(torch.load(FOLDER / "reference.pt"))
    save("optimizer.pt", optimizer.state_dict(), **SHORT)
    save("list.pt", [value.detach() for value in network.parameters()])
    save("tensor.pt", torch.zeros(3))
    data = (FOLDER / "reference.pt").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    (FOLDER / "lfs.pth").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n")
    (FOLDER / "page.pth").write_text(
        "<!DOCTYPE html>\n<html><head><title>Google Drive - Virus scan warning</title></head>"
        "<body>Google Drive can't scan this file for viruses.</body></html>\n")
    (FOLDER / "denied.pth").write_text('{"error": "Repository not found", "status": 404}\n')


def save_frameworks(network):
    """Lightning and fastai."""
    import lightning

    class Detector(lightning.LightningModule):
        def __init__(self, loss, mode, folder):
            super().__init__()
            self.save_hyperparameters()
            self.model = network
            self.loss = loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    Detector.__module__, Detector.__qualname__ = "detector", "Detector"
    module = Detector(nn.BCEWithLogitsLoss(torch.ones(1)), Mode.TRAIN, pathlib.Path("faces"))
    trainer = lightning.Trainer(
        max_epochs=0, logger=False, enable_checkpointing=False, accelerator="cpu")
    trainer.strategy.connect(module)
    trainer.save_checkpoint(FOLDER / "lightning.ckpt")

    from fastai.data.core import DataLoaders
    from fastai.learner import Learner

    learner = Learner(
        DataLoaders([], []), network, loss_func=nn.CrossEntropyLoss(), path=FOLDER, model_dir=".")
    learner.create_opt()
    learner.save("fastai-save")
    learner.dls = argparse.Namespace(new_empty=lambda: None, vocab=["fake", "real"])
    learner.export("fastai-export.pkl")


ADVICE = {
    "weights.h5": (
        "import h5py, torch; weights = {}; h5py.File('model.pt').visititems(lambda name, item: "
        "weights.update({name.replace('/', '.'): torch.tensor(item[()])}) "
        "if isinstance(item, h5py.Dataset) else None); torch.save(weights, 'weights.pt')"
    ),
    "network.onnx": (
        "import onnx, onnx.numpy_helper, torch; torch.save({w.name: "
        "torch.tensor(onnx.numpy_helper.to_array(w)) for w in onnx.load('model.pt').graph.initializer"
        "}, 'weights.pt')"
    ),
    "xz.joblib": (
        "import joblib, torch; torch.save({name: torch.as_tensor(value) for name, value in "
        "joblib.load('model.pt').items()}, 'weights.pt')"
    ),
    "list.pt": (
        "import torch; values = torch.load('model.pt'); names = dict(model.named_parameters()) "
        "if len(values) == len(list(model.parameters())) else model.state_dict(); "
        "torch.save(dict(zip(names, values)), 'weights.pt')"
    ),
}


COMMANDS = {"weights.pth.xz": "unxz", "weights.pth.bz2": "bunzip2", "weights.tar": "tar xf"}


def follow_advice(network):
    """Does what the advice says, to the letter but for the names of the files."""
    results = []
    (FOLDER / "followed").mkdir(exist_ok=True)
    for name, code in ADVICE.items():
        result = f"followed/{name}.weights.pt"
        text = code.replace("model.pt", str(FOLDER / name)).replace(
            "weights.pt", str(FOLDER / result))
        exec(text, {"model": network})
        results.append({"file": name, "code": code, "result": result})
    for name, command in COMMANDS.items():
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(FOLDER / name, folder)
            subprocess.run([*command.split(), name], cwd=folder, check=True)
            unpacked = [p for p in pathlib.Path(folder).rglob("*.pth")]
            assert [p.read_bytes() for p in unpacked] == [(FOLDER / "reference.pt").read_bytes()]
        results.append({"file": name, "code": f"({command})", "result": "reference.pt"})
    # The head of the archive is enough to tell what it is.
    (FOLDER / "weights.tar").write_bytes((FOLDER / "weights.tar").read_bytes()[:1536])
    (FOLDER / "advice.json").write_text(json.dumps(results, indent=2) + "\n")


def main():
    network = made(1, 43)
    save("reference.pt", network.state_dict())
    for step in (
        save_objects, save_modules, save_protocols, save_containers, save_packed, save_sharded,
        save_foreign, save_frameworks, follow_advice,
    ):
        step(network)
    packages = ["torch", "numpy", "safetensors", "h5py", "onnx", "joblib", "lightning", "fastai"]
    versions = {name: importlib.metadata.version(name) for name in packages}
    (FOLDER / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")
    files = [path for path in sorted(FOLDER.rglob("*")) if path.is_file()]
    for path in files:
        print(f"{path.stat().st_size:8d} {path.relative_to(FOLDER)}")
    print(f"{sum(path.stat().st_size for path in files):8d} together")


if __name__ == "__main__":
    main()
