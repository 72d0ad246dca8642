"""Writes small PyTorch and safetensors files, and what they hold as JSON.

    pip install torch numpy safetensors
    python Tests/Fixtures/torch/make_fixtures.py

Each `<name>.pt` (legacy format) and its twin `<name>.zip.pt` have an entry in `expected.json`: the
tensors in file order as [name, shape, values], and the names of the entries that are no tensors.
Values that JSON cannot hold are the strings "nan", "inf" and "-inf". `documents.json` has the whole
content of some files as a tree; see `tree`. Made with PyTorch 2.15 and safetensors 0.8. Storage
keys of the legacy format are memory addresses, so those files differ from run to run while what
they hold does not.
"""

import collections
import io
import json
import math
import pathlib
import struct
import zipfile

import safetensors.torch
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent


def json_value(value):
    value = float(value)
    return value if math.isfinite(value) else str(value)


def described(state):
    tensors, others = [], []
    for name, value in state.items():
        if isinstance(value, torch.Tensor):
            flat = value.detach().to(torch.float32).flatten().tolist()
            tensors.append([name, list(value.shape), [json_value(v) for v in flat]])
        else:
            others.append(str(name))
    return {"tensors": tensors, "others": others}


def element_types():
    ramp = torch.tensor([0.0, -1.5, 3.140625, 65504.0, 2.0**-24, 1e-3])
    special = torch.tensor([math.inf, -math.inf, math.nan, -0.0])
    whole = torch.tensor([0, 1, 2, 100, 127])
    state = {}
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        name = str(dtype).removeprefix("torch.")
        state[name] = ramp.to(dtype)
        state[name + ".special"] = special.to(dtype)
    for dtype in (torch.int8, torch.int16, torch.int32, torch.int64):
        info = torch.iinfo(dtype)
        state[str(dtype).removeprefix("torch.")] = torch.cat(
            [whole.to(dtype), torch.tensor([info.min, info.max], dtype=dtype)]
        )
    state["uint8"] = torch.tensor([0, 1, 128, 255], dtype=torch.uint8)
    state["bool"] = torch.tensor([True, False, True])
    # These three have no typed storage: PyTorch writes them through _rebuild_tensor_v3.
    state["uint16"] = torch.tensor([0, 1, 65535], dtype=torch.uint16)
    state["uint32"] = torch.tensor([0, 1, 4294967295], dtype=torch.uint32)
    state["uint64"] = torch.tensor([0, 1, 2**64 - 1], dtype=torch.uint64)
    return state


def layouts():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    return {
        "scalar": torch.tensor(2.5),
        "empty": torch.empty(0),
        "empty_rows": torch.empty(3, 0, 2),
        "one": torch.tensor([[[7.0]]]),
        "base": base,
        "transposed": base.transpose(0, 2),
        "permuted": base.permute(1, 2, 0),
        "slice": base[:, 1:, ::2],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5),
        "expanded_scalar": torch.tensor(4.0).expand(3, 2),
        "overlapping": torch.arange(6.0).as_strided((4, 3), (1, 1)),
        "channels_last": torch.arange(16.0).reshape(1, 2, 2, 4).to(
            memory_format=torch.channels_last
        ),
    }


def entries():
    weight = nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    frozen = nn.Parameter(torch.tensor([5.0]), requires_grad=False)
    return collections.OrderedDict(
        weight=weight,
        tied=weight,
        frozen=frozen,
        epoch=17,
        large=2**70,
        negative=-(2**40),
        rate=0.125,
        note="Grüße, 世界",
        raw=b"\x00\xff",
        flag=True,
        nothing=None,
        nested={"weight": torch.zeros(2), "list": [1, (2, 3), []]},
        size=torch.Size([2, 3]),
        dtype=torch.float16,
        device=torch.device("cpu"),
        names={"a"},
    )


class SmallNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.bn1(self.conv1(x)).relu().mean((2, 3)))


def module():
    torch.manual_seed(3)
    network = SmallNetwork().train()
    for _ in range(3):
        network(torch.randn(2, 3, 6, 6))
    return network.state_dict()


def tree(value):
    """A value as JSON that keeps types: {"dict": [[key, value], ...]}, {"int": "7"} and so on.

    Floats are their bits, tensors [type, shape, values] with the type and values that the reader
    keeps. What it has no form for is {"other": true}.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {"int": str(value)} if -(2**63) <= value < 2**63 else {"other": True}
    if isinstance(value, float):
        return {"float": struct.pack(">d", value).hex()}
    if isinstance(value, str):
        return value
    if isinstance(value, torch.Tensor):
        kept = torch.float32 if value.is_floating_point() else torch.int64
        values = value.detach().to(kept).flatten().tolist()
        values = [json_value(v) if isinstance(v, float) else v for v in values]
        return {"tensor": [str(kept), list(value.shape), values]}
    if isinstance(value, list):
        return {"list": [tree(item) for item in value]}
    if isinstance(value, tuple):
        return {"tuple": [tree(item) for item in value]}
    if isinstance(value, dict) and not isinstance(value, collections.Counter):
        return {"dict": [[tree(k), tree(v)] for k, v in value.items()]}
    return {"other": True}


def checkpoint():
    """What a training program saves: weights, their average, an optimizer after two steps."""
    torch.manual_seed(5)
    network = SmallNetwork().train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    for _ in range(2):
        optimizer.zero_grad()
        network(torch.randn(2, 3, 6, 6)).square().sum().backward()
        optimizer.step()
    average = collections.OrderedDict(
        ("module." + name, value * 0.5) for name, value in network.state_dict().items()
    )
    return {
        "epoch": 3,
        "best_acc1": torch.tensor(76.5),
        "arch": "small",
        "state_dict": collections.OrderedDict(
            ("module._orig_mod." + name, value) for name, value in network.state_dict().items()
        ),
        "state_dict_ema": average,
        "optimizer": optimizer.state_dict(),
        "random": {"torch": torch.get_rng_state()[:40], "python": (3, tuple(range(5)), None)},
        "size": torch.Size([2, 3]),
    }


def written():
    """Values in the forms that the writer has, for a comparison byte by byte."""
    return {
        "step": 1234,
        "numbers": [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**31, -(2**31) - 1]
        + [2**39, -(2**39), 2**39 - 1, 2**63 - 1, -(2**63), 127 << 32, 128 << 32, -(128 << 32)],
        "floats": [0.1, -0.0, math.inf, -math.inf, 1e-320],
        "flags": (True, False, None),
        "empty": [[], (), {}, ""],
        "one": [["a"], ("b",), {"c": "a"}],
        "tuples": [(1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "many": list(range(1001)) + ["storage", "cpu", "0"],
        "table": {key: -key for key in range(2001)},
        "text": "Grüße, 世界",
        "model": {
            "weight": torch.arange(6.0).reshape(2, 3),
            "empty": torch.empty(3, 0, 2),
            "scalar": torch.tensor(2.5),
            "count": torch.tensor(7),
            "counts": torch.arange(5),
            "four": torch.arange(16.0).reshape(2, 2, 2, 2),
        },
    }


def written_state():
    return collections.OrderedDict(
        (f"layer{index}.weight", torch.full((index % 5, 3), float(index))) for index in range(40)
    )


def zip_bytes(value):
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def repacked(data, leave_out=()):
    """The same records as another program stores them: no alignment, no descriptors, dates."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            if name.split("/", 1)[1] not in leave_out:
                info = zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2))
                target.writestr(info, source.read(name))
    return buffer.getvalue()


def as_zip64(data):
    """The same file with every size and offset moved to zip64 fields, as in files beyond 4 GiB."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        infos = source.infolist()
        start = source.start_dir
    directory = b""
    for info in infos:
        name = info.filename.encode()
        extra = struct.pack("<HHQQQ", 1, 24, info.file_size, info.file_size, info.header_offset)
        directory += struct.pack(
            "<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 45, 45, info.flag_bits, 0, 0, 0, info.CRC,
            0xFFFFFFFF, 0xFFFFFFFF, len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF,
        ) + name + extra  # fmt: skip
    end = struct.pack(
        "<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(infos), len(infos), len(directory), start
    )
    end += struct.pack("<4sLQL", b"PK\6\7", 0, start + len(directory), 1)
    end += struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    return data[:start] + directory + end


def save_documents():
    documents = {}
    for make in (checkpoint, written, written_state, layouts, entries):
        value = make()
        data = zip_bytes(value)
        if make not in (layouts, entries):
            (FOLDER / f"{make.__name__}.zip.pt").write_bytes(data)
        if make not in (written, written_state):
            documents[f"{make.__name__}.zip"] = tree(value)

    data = zip_bytes(module())
    older = repacked(data, (".format_version", ".storage_alignment", ".data/serialization_id"))
    for name, variant in (("older", older), ("zip64", as_zip64(data))):
        loaded = torch.load(io.BytesIO(variant), weights_only=True)
        assert all(torch.equal(loaded[key], value) for key, value in module().items())
        (FOLDER / f"module.{name}.pt").write_bytes(variant)

    half = {"half": torch.tensor([0.5, -2.0], dtype=torch.float16)}
    types = element_types() | {"uint64": torch.tensor([0, 2**63 - 1], dtype=torch.uint64)} | half
    safetensors.torch.save_file(types, FOLDER / "element_types.safetensors", {"by": "a \"test\"\n"})
    documents["element_types.safetensors"] = tree(dict(sorted(types.items())))
    model = {name: value for name, value in module().items()} | {
        "Grüße": torch.empty(0, 2),
        'quote"\\\t\x01': torch.tensor(1),
    }
    safetensors.torch.save_file(model, FOLDER / "module.safetensors", {"format": "pt"})
    (FOLDER / "documents.json").write_text(json.dumps(documents, ensure_ascii=False) + "\n")


def main():
    expected = {}
    for make in (element_types, layouts, entries, module):
        state = make()
        torch.save(
            state, FOLDER / f"{make.__name__}.pt", _use_new_zipfile_serialization=False
        )
        (FOLDER / f"{make.__name__}.zip.pt").write_bytes(zip_bytes(state))
        expected[make.__name__] = described(state)
    torch.save(
        {"epoch": 3, "state_dict": module()},
        FOLDER / "wrapped.pt",
        _use_new_zipfile_serialization=False,
    )
    (FOLDER / "expected.json").write_text(
        json.dumps(expected, ensure_ascii=False) + "\n"
    )
    save_documents()


if __name__ == "__main__":
    main()
