"""Writes what `pickle.dump` makes of NumPy arrays and of PyTorch tensors, and their content as JSON.

    pip install torch numpy safetensors
    python Tests/Fixtures/torch/make_pickles.py

`arrays.<n>.pkl` and `tensors.<n>.pkl` are of protocol n; `arrays.old.pkl` has the module names of
NumPy 1, `arrays.python2.pkl` besides them the strings that Python 2 wrote for bytes. `pickles.json`
has the content of `arrays` and `tensors` in the form of `documents.json`. `arrays.npy`, `arrays.npz`
and `compressed.npz` are NumPy's own files. Made with PyTorch 2.15, NumPy 2.4 and Python 3.11.
"""

import io
import json
import pathlib
import pickle
import struct

import numpy as np
import torch
from make_fixtures import module, tree
from torch import nn

FOLDER = pathlib.Path(__file__).parent


def arrays():
    ramp = np.array([0.0, -1.5, 3.140625, 65504.0, 2.0**-24, np.inf, np.nan])
    content = {}
    for code in ("f2", "f4", "f8"):
        content[code] = ramp.astype(code)
        content[code + ".big"] = ramp.astype(">" + code)
    for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4"):
        info = np.iinfo(code)
        content[code] = np.array([info.min, 0, 1, 100, info.max], code)
        content[code + ".big"] = content[code].astype(">" + code)
    content["u8"] = np.array([0, 2**63 - 1], "u8")
    content["b1"] = np.array([True, False])
    base = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    frozen = base + 1
    frozen.flags.writeable = False
    content |= {
        "base": base,
        "frozen": frozen,
        "fortran": np.asfortranarray(base),
        "fortran.big": np.asfortranarray(base.astype(">f8")),
        "permuted": base.transpose(1, 2, 0),
        "channels_last": base.transpose(0, 2, 1),
        "slice": base[:, 1:, ::2],
        "reversed": base[::-1],
        "zero_dimensional": np.array(2.5, np.float32),
        "empty": np.zeros((0,), np.float32),
        "empty_rows": np.zeros((3, 0, 2), np.float64),
        "one": np.full((1, 1, 1), 7, np.float16),
        "scalar": np.float64(0.125),
        "scalar.half": np.float16(-3),
        "scalar.integer": np.int64(-(2**40)),
        "scalar.bool": np.bool_(True),
        # 0x80 and above take two bytes each in protocol 2.
        "bytes": np.arange(256, dtype=np.uint8),
    }
    return content | {
        "epoch": 3,
        "large": 2**70,
        "very large": 2**3000,
        "note": "Grüße, 世界",
        "long note": "x" * 300,
        "raw": b"\x00\xff",
        "changeable": bytearray(b"\x80ab"),
        "no bytes": b"",
        "set": {"a", 1},
        "frozen set": frozenset([2]),
        "nested": {"weight": base[0], "list": [1, (2, 3), [], (4, 5, 6, 7)]},
        "nothing": None,
        "strings": np.array(["a", "bc"]),
        "objects": np.array([None, "a"], object),
        "dtype": np.dtype("f4"),
        "shared": base,
    }


def tensors():
    state = module()
    base = torch.arange(24.0).reshape(2, 3, 4)
    state |= {
        "parameter": nn.Parameter(torch.tensor([1.0, -2.0])),
        "half": torch.tensor([0.5, 65504.0], dtype=torch.float16),
        "brain": torch.tensor([0.5, -3.0], dtype=torch.bfloat16),
        "double": torch.tensor([0.1], dtype=torch.float64),
        "flags": torch.tensor([True, False]),
        "bytes": torch.arange(256, dtype=torch.uint8),
        "words": torch.tensor([0, 65535], dtype=torch.uint16),
        "transposed": base.transpose(0, 2),
        "slice": base[:, 1:, ::2],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5),
        "empty": torch.empty(3, 0, 2),
        "size": torch.Size([2, 3]),
    }
    return state


def described(value):
    """NumPy's values as the tensors that they are read as."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = np.asarray(value)
        if value.dtype.kind not in "fiub":
            return b""  # Read past.
        native = value.astype(value.dtype.newbyteorder("="))
        # from_numpy knows no reversed rows; the shape of zero dimensions would get lost.
        return torch.from_numpy(np.array(native, order="C").reshape(value.shape))
    if isinstance(value, dict):
        return type(value)((key, described(item)) for key, item in value.items())
    return value


def same(left, right):
    return tree(described(left)) == tree(described(right))


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its `str`."""

    def save_bytes(self, value):
        if len(value) < 256:
            self.write(b"U" + struct.pack("<B", len(value)) + value)
        else:
            self.write(b"T" + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch = pickle._Pickler.dispatch | {bytes: save_bytes}


def main():
    content = arrays()
    for protocol in range(6):
        (FOLDER / f"arrays.{protocol}.pkl").write_bytes(pickle.dumps(content, protocol))
        (FOLDER / f"tensors.{protocol}.pkl").write_bytes(pickle.dumps(tensors(), protocol))

    def with_old_names(data):
        return data.replace(b"cnumpy._core.", b"cnumpy.core.")

    (FOLDER / "arrays.old.pkl").write_bytes(with_old_names(pickle.dumps(content, 2)))
    # Python 2 had no bytes beside its strings.
    left_out = ("raw", "no bytes", "changeable")
    older = {name: value for name, value in content.items() if name not in left_out}
    buffer = io.BytesIO()
    Python2Pickler(buffer, 2).dump(older)
    data = with_old_names(buffer.getvalue())
    assert same(pickle.loads(data, encoding="latin1"), older)
    (FOLDER / "arrays.python2.pkl").write_bytes(data)

    documents = {"arrays": tree(described(content)), "tensors": tree(tensors())}
    (FOLDER / "pickles.json").write_text(json.dumps(documents, ensure_ascii=False) + "\n")

    np.save(FOLDER / "arrays.npy", content["base"])
    np.savez(FOLDER / "arrays.npz", base=content["base"])
    np.savez_compressed(FOLDER / "compressed.npz", base=content["base"])


if __name__ == "__main__":
    main()
