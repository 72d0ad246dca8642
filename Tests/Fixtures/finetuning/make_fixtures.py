"""Writes what PyTorch computes where stages of a ResNet18 are frozen or learn at rates of their own:
`expected.bin`, little-endian float32, and `expected.json`, where in it what lies.

    pip install torch torchvision numpy
    python Tests/Fixtures/finetuning/make_fixtures.py

Weights, pictures, gradients and the form of the files are those of `../resnet18/make_fixtures.py`.
A frozen stage is in evaluation mode and its parameters don't require gradients. Made with PyTorch
2.15 and torchvision 0.29.
"""

import importlib.util
import pathlib

import numpy as np
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location(
    "resnet18", FOLDER.parent / "resnet18" / "make_fixtures.py"
)
base = importlib.util.module_from_spec(spec)
spec.loader.exec_module(base)

STAGES = [("conv1", "bn1"), ("layer1",), ("layer2",), ("layer3",), ("layer4",), ("fc",)]
LAYER_DECAY = 0.6


def stage(name):
    """The stage of a parameter: 0 is the stem, 5 the head."""
    return next(i for i, modules in enumerate(STAGES) if name.split(".")[0] in modules)


class PartlyFrozen(base.ResNet18):
    """Its first stages never train."""

    frozen = 0

    def train(self, mode=True):
        super().train(mode)
        for modules in STAGES[: self.frozen]:
            for module in modules:
                getattr(self, module).eval()
        return self


def frozen_stages(output, count, batch):
    """One batch: logits, running statistics, gradients, which frozen stages don't have."""
    model = base.network(8, "mlp", 24)
    model.__class__ = PartlyFrozen
    model.frozen = count
    for name, p in model.named_parameters():
        p.requires_grad = stage(name) >= count
    case = f"frozen-{count}"
    key = base.stable_key(model, (batch,), 64)
    output.cases.setdefault(case, {})["pictures"] = {"one": key}
    x, y = base.pictures(key, batch, 64), base.labels(key, batch)
    results = []
    for m in base.both(model):
        logits = m.train()(x.to(m.conv1.weight.dtype))
        base.loss_of(logits, y).backward()
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in m.parameters()]
        results.append((logits, grads, base.statistics(m)))
    (logits, grads, stats), single = results
    norm = torch.sqrt(sum(g.square().sum() for g in grads)).item()
    output.add(case, "trainLogits", logits)
    output.add(case, "gradientNorm", [norm])
    output.add(case, "gradientSketches", base.sketches(grads))
    output.add(case, "statistics", base.flat(stats))
    names = [n for n, p in m.named_parameters() if p.requires_grad]
    trained = [(a, b) for a, b in zip(single[1], grads) if b.norm() > 1e-9]
    print(
        f"{case}: float32 is off by: logits {base.relative(single[0], logits):.1e}",
        f"gradient {max(base.relative(a, b) for a, b in trained):.1e} of {len(names)}",
    )


def layer_rates(output, rule, freezes):
    """Ten steps by gradients that are hashes, with a group of parameters for each stage. With
    `freezes`, the stem and layer1 never learn, and no more of the backbone does in steps 2, 3 and 4;
    from step 5 gradients are clipped."""
    case = f"{rule}-frozen" if freezes else rule
    m = base.network(8, "mlp", 24)
    decay = {"sgd": 1e-3, "adamw": 1e-2}[rule]
    groups = []
    for number in range(6):
        own = [p for n, p in m.named_parameters() if stage(n) == number]
        for parameters, d in (
            ([p for p in own if p.dim() > 1], decay), ([p for p in own if p.dim() == 1], 0),
        ):
            groups.append({"params": parameters, "weight_decay": d, "stage": number})
    if rule == "sgd":
        steps = torch.optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True)
    else:
        steps = torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.99), eps=1e-8)
    norms = []
    for step in range(base.STEPS):
        frozen = 0 if not freezes else 5 if 2 <= step < 5 else 2
        for index, (name, p) in enumerate(m.named_parameters()):
            values = base.uniform(base.GRADIENTS + 1000 * step + index, p.numel())
            values = values * np.float32(0.01)
            p.grad = torch.from_numpy(values.reshape(p.shape)) if stage(name) >= frozen else None
        if step >= 5:
            norms.append(float(nn.utils.clip_grad_norm_(m.parameters(), 0.9)))
        for group in steps.param_groups:
            # The product and the schedule's rate as float32 numbers, as the engine has them.
            factor = 1.0
            for _ in range(5 - group["stage"]):
                factor *= LAYER_DECAY
            group["lr"] = float(np.float32(0.01) * np.float32(1 + step)) * factor
        steps.step()
    output.add(case, "norms", norms)
    output.add(case, "parameterSketches", base.sketches(m.parameters()))
    keys = ["momentum_buffer"] if rule == "sgd" else ["exp_avg", "exp_avg_sq"]
    for place, key in zip(("first", "second"), keys):
        buffers = [
            steps.state[p][key] if p in steps.state else torch.zeros_like(p) for p in m.parameters()
        ]
        output.add(case, f"{place}Sketches", base.sketches(buffers))


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    base.FOLDER = FOLDER
    output = base.Output()
    for count in (1, 3):
        frozen_stages(output, count, 8)
    for rule in ("sgd", "adamw"):
        for freezes in (False, True):
            layer_rates(output, rule, freezes)
    output.write()


if __name__ == "__main__":
    main()
