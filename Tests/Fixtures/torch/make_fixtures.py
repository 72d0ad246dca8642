"""Writes small PyTorch files in the legacy (non-zip) format, and what they hold as JSON.

    pip install torch numpy
    python Tests/Fixtures/torch/make_fixtures.py

Each `<name>.pt` has an entry of that name in `expected.json`: its tensors in file order as
[name, shape, values], and the names of the entries that are no tensors. Values that JSON cannot
hold are the strings "nan", "inf" and "-inf". Made with PyTorch 2.15. Storage keys are memory
addresses, so the files differ from run to run while what they hold does not.
"""

import collections
import json
import math
import pathlib

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


def main():
    expected = {}
    for make in (element_types, layouts, entries, module):
        state = make()
        torch.save(
            state, FOLDER / f"{make.__name__}.pt", _use_new_zipfile_serialization=False
        )
        expected[make.__name__] = described(state)
    torch.save({"weight": torch.zeros(2)}, FOLDER / "zip_format.pt")
    torch.save(
        {"epoch": 3, "state_dict": module()},
        FOLDER / "wrapped.pt",
        _use_new_zipfile_serialization=False,
    )
    (FOLDER / "expected.json").write_text(
        json.dumps(expected, ensure_ascii=False) + "\n"
    )


if __name__ == "__main__":
    main()
