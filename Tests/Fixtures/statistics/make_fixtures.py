"""Writes expected.json: the BatchNorm statistics that PyTorch finds for networks that lost theirs.

    pip install torch torchvision numpy
    python Tests/Fixtures/statistics/make_fixtures.py

Networks and pictures are those of `../resnet18/make_fixtures.py`. In float64, layer after layer in
the order of execution: a hook collects what the layer gets from all pictures while the network
evaluates, with the statistics found so far; mean and unbiased variance over all pixels of all
pictures become its running statistics, rounded to the float32 that a file holds. `entries` are
statistics by name, `logits` those of the network that has them all. Made with PyTorch 2.15 and
torchvision 0.29.
"""

import json
import pathlib
import sys

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "resnet18"))
import make_fixtures as networks  # noqa: E402


def inputs(model, layer, batches):
    """All that a layer gets, channels first."""
    seen = []
    hook = layer.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0].clone()))
    with torch.no_grad():
        for batch in batches:
            model(batch)
    hook.remove()
    return torch.cat(seen).transpose(0, 1).flatten(1)


def estimate(model, batches):
    for layer in model.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.reset_running_stats()
    for layer in model.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            values = inputs(model, layer, batches)
            layer.running_mean.copy_(values.mean(1).float())
            layer.running_var.copy_(values.var(1, unbiased=True).float())


def rounded(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def case(width, head, hidden, count, key, layers=None):
    model = networks.network(width, head, hidden).double().eval()
    pictures = networks.pictures(key, count, 64).double()
    batches = pictures.split(5)
    estimate(model, batches)
    with torch.no_grad():
        logits = torch.cat([model(batch) for batch in batches])
    entries = {
        name: rounded(values)
        for name, values in model.state_dict().items()
        if "running_" in name and (layers is None or name.rpartition(".")[0] in layers)
    }
    print(width, head, "logits", logits[0].tolist(), "spread", logits.std(0).tolist())
    return {"pictures": key, "count": count, "entries": entries, "logits": rounded(logits)}


def main():
    torch.set_num_threads(1)
    cases = {
        "narrow-linear": case(8, "linear", 0, 33, 3, ("bn1", "layer4.0.downsample.1")),
        "narrow-mlp": case(8, "mlp", 24, 33, 3),
        "full-mlp": case(64, "mlp", 256, 11, 4, ("bn1", "layer4.0.downsample.1", "fc.2")),
    }
    lines = [f"{json.dumps(name)}: {json.dumps(content)}" for name, content in cases.items()]
    (FOLDER / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
