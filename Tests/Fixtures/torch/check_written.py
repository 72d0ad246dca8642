"""Checks with PyTorch and safetensors the files that the Swift tests wrote into a folder.

    python check_written.py FOLDER

The folder holds `module.pt`, `module.safetensors` and `checkpoint.pt`, made from the fixtures
`module.zip.pt` and `checkpoint.zip.pt`. Ends with status 1 and a message if one is not as it should.
"""

import json
import pathlib
import sys
import zipfile

import safetensors.torch
import torch

from make_fixtures import FOLDER as FIXTURES
from make_fixtures import SmallNetwork


def same(left, right, path=""):
    """Equal values of equal types; an OrderedDict may be a dict, a small integer type int64."""
    if isinstance(right, torch.Tensor):
        kept = torch.float32 if right.is_floating_point() else torch.int64
        assert left.dtype == kept and left.shape == right.shape, path
        assert left.is_contiguous() and left.stride() == right.contiguous().stride(), path
        assert torch.equal(left, right.to(kept)), path
    elif isinstance(right, dict):
        assert isinstance(left, dict) and list(left) == list(right), (path, left, right)
        for key in right:
            same(left[key], right[key], f"{path}/{key}")
    elif isinstance(right, (list, tuple)):
        kept = tuple if isinstance(right, tuple) else list
        assert type(left) is kept and len(left) == len(right), (path, left, right)
        for index, pair in enumerate(zip(left, right)):
            same(*pair, f"{path}[{index}]")
    else:
        assert type(left) is type(right) and left == right, (path, left, right)


def check_archive(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None, path
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
    whole = torch.load(path, weights_only=True)
    mapped = torch.load(path, weights_only=True, mmap=True)
    same(mapped, whole, str(path))
    return whole, mapped


def aligned(value):
    if isinstance(value, torch.Tensor):
        return value.numel() == 0 or value.data_ptr() % 64 == 0
    values = value.values() if isinstance(value, dict) else value
    return all(aligned(v) for v in values if isinstance(v, (dict, list, tuple, torch.Tensor)))


def main(folder):
    state, mapped = check_archive(folder / "module.pt")
    reference = torch.load(FIXTURES / "module.zip.pt", weights_only=True)
    same(state, reference, "module.pt")
    assert aligned(mapped), "mapped tensors are not aligned"
    assert type(state).__name__ == "OrderedDict", type(state)
    network = SmallNetwork()
    network.load_state_dict(state, strict=True)
    same(network.state_dict(), reference, "network")
    with zipfile.ZipFile(folder / "module.pt") as archive:
        record = json.loads(archive.read("archive/deepfake_detection.json"))
    assert record == {"threshold": 0.5}, record

    # PyTorch can compute where storages lie instead of reading it, which must agree with the file.
    from torch.utils.serialization import config

    config.load.calculate_storage_offsets = True
    same(torch.load(folder / "module.pt", weights_only=True, mmap=True), reference, "offsets")
    config.load.calculate_storage_offsets = False

    saved, _ = check_archive(folder / "checkpoint.pt")
    same(saved, torch.load(FIXTURES / "checkpoint.zip.pt", weights_only=True), "checkpoint")
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5, momentum=0.9, nesterov=True)
    optimizer.load_state_dict(saved["optimizer"])
    assert optimizer.param_groups[0]["lr"] == 0.1

    tensors = safetensors.torch.load_file(folder / "module.safetensors")
    same(dict(sorted(tensors.items())), dict(sorted(reference.items())), "safetensors")
    with safetensors.safe_open(folder / "module.safetensors", "pt") as file:
        assert file.metadata() == {"by": "test"}, file.metadata()
    print("all files are as they should be")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
