"""Writes what PyTorch computes with ResNet18, narrow (8 channels) and full (64): `expected.bin`,
little-endian float32, and `expected.json`, where in it what lies.

    pip install torch torchvision numpy
    python Tests/Fixtures/resnet18/make_fixtures.py

Weights and pictures are not stored: a hash of (key, place) gives them here and in
`Tests/NeuralNetworkTests/ParityInputs.swift`, to the bit. Networks are computed in float64, so that
the expectation has no rounding of its own; the script prints how far PyTorch's float32 is from it.
Numbers of all parameters stand in the order of the state_dict. Where they would be too many, each
entry is a count-sketch: of a parameter of at most 256 numbers these, of a larger one 256 signed
sums, whose difference from another sketch is as long as the difference of the parameters, give or
take 5% (Charikar, Chen, Farach-Colton 2002). Made with PyTorch 2.15 and torchvision 0.29.

A gradient jumps where the input of a ReLU passes 0 or another pixel of a pooling window is the
largest: one such flip by rounding can be more than the tests tolerate. So the pictures are chosen
such that none is nearer to its flip than several times the error of float32.
"""

import copy
import json
import math
import pathlib

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.optim.swa_utils import AveragedModel
from torchvision.models.resnet import BasicBlock, ResNet

FOLDER = pathlib.Path(__file__).parent
SKETCH = 256
LABEL_SMOOTHING = 0.1
STEPS = 10
LEARNING_RATES = {"sgd": 1e-3, "adamw": 1e-4}
GOLDEN = np.uint64(0x9E3779B97F4A7C15)

# Keys of the hash; an entry's is its index in the state_dict.
PICTURES, LABELS, GRADIENTS, SIGNS = 10_000, 20_000, 30_000, 40_000


# --- numbers that both sides make -----------------------------------------------------------------


def mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def bits(key, count, first=0):
    """SplitMix64 that starts at the hash of a key."""
    with np.errstate(over="ignore"):
        start = mix(np.array([key], dtype=np.uint64) * GOLDEN + np.uint64(1))
        places = np.arange(first + 1, first + count + 1, dtype=np.uint64)
        return mix(start + places * GOLDEN)


def uniform(key, count):
    """-1..<1 in steps of 2^-23."""
    steps = (bits(key, count) >> np.uint64(40)).astype(np.float32)
    return steps * np.float32(2**-23) - np.float32(1)


def pictures(key, batch, size):
    """NCHW: a coarse pattern of 8x8 pixels, so that pictures differ, and fine noise."""
    coarse = uniform(PICTURES + 2 * key, batch * 3 * (size // 8) ** 2)
    coarse = coarse.reshape(batch, 3, size // 8, size // 8).repeat(8, axis=2).repeat(8, axis=3)
    fine = uniform(PICTURES + 2 * key + 1, batch * 3 * size * size).reshape(batch, 3, size, size)
    return torch.from_numpy(coarse * np.float32(1.5) + fine * np.float32(0.5))


def labels(key, batch):
    return torch.from_numpy((bits(LABELS + key, batch) >> np.uint64(63)).astype(np.int64))


def role(name, shape):
    if name.endswith("running_mean"):
        return "mean"
    if name.endswith("running_var"):
        return "variance"
    if name.endswith("num_batches_tracked"):
        return "batches"
    if len(shape) > 1:
        return "weight"
    return "scale" if name.endswith("weight") else "shift"


def fill(model):
    """Nothing is left at a default that a wrong implementation could share."""
    for index, (name, tensor) in enumerate(model.state_dict().items()):
        kind = role(name, tensor.shape)
        if kind == "batches":
            tensor.fill_(index)
            continue
        values = uniform(index, tensor.numel())
        if kind == "weight":
            values = values * np.float32(math.sqrt(6 / (tensor.numel() // tensor.shape[0])))
        elif kind == "scale":
            values = values * np.float32(0.25) + np.float32(1)
        elif kind == "variance":
            values = values * np.float32(0.5) + np.float32(1)
        elif kind == "mean":
            values = values * np.float32(0.25)
        else:
            # Away from 0, so that fewer inputs of ReLUs are near it.
            values = values + np.where(values < 0, np.float32(-1), np.float32(1))
        tensor.copy_(torch.from_numpy(values.reshape(tensor.shape)))


# --- networks -------------------------------------------------------------------------------------


class ResNet18(ResNet):
    """torchvision's, with any number of channels and a head."""

    def __init__(self, width, head):
        nn.Module.__init__(self)
        self._norm_layer = nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = width, 1, 1, 64
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._make_layer(BasicBlock, width, 2)
        self.layer2 = self._make_layer(BasicBlock, 2 * width, 2, stride=2)
        self.layer3 = self._make_layer(BasicBlock, 4 * width, 2, stride=2)
        self.layer4 = self._make_layer(BasicBlock, 8 * width, 2, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = head


def network(width, head, hidden=0):
    features = 8 * width
    if head == "linear":
        fc = nn.Linear(features, 2)
    else:
        norm = [nn.BatchNorm1d(hidden)] if head == "mlp" else []
        fc = nn.Sequential(
            nn.Dropout(0), nn.Linear(features, hidden), *norm, nn.ReLU(), nn.Dropout(0),
            nn.Linear(hidden, 2),
        )
    model = ResNet18(width, fc)
    if width == 64 and head == "linear":
        reference = ResNet(BasicBlock, [2, 2, 2, 2], num_classes=2).state_dict()
        assert {n: t.shape for n, t in reference.items()} == {
            n: t.shape for n, t in model.state_dict().items()
        }
    fill(model)
    return model


def loss_of(logits, targets):
    return nn.functional.cross_entropy(logits, targets, label_smoothing=LABEL_SMOOTHING)


def gradients(model):
    return [p.grad.detach().clone() for p in model.parameters()]


def statistics(model):
    named = [b for n, b in model.named_buffers() if not n.endswith("num_batches_tracked")]
    return [b.detach().clone() for b in named]


def optimizer(rule, model, epsilon=1e-5):
    """A fully connected layer before a BatchNorm has a bias whose gradient is 0 but for rounding;
    AdamW would move it by that noise if its epsilon were not larger."""
    decays = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    decay = {"sgd": 1e-3, "adamw": 1e-2}[rule]
    groups = [{"params": decays, "weight_decay": decay}, {"params": others, "weight_decay": 0}]
    if rule == "sgd":
        return torch.optim.SGD(groups, lr=LEARNING_RATES[rule], momentum=0.9, nesterov=True)
    return torch.optim.AdamW(groups, lr=LEARNING_RATES[rule], betas=(0.9, 0.99), eps=epsilon)


def average(model, decay):
    """An AveragedModel whose decay warms up; the copy that its first update makes is the start."""

    def approach(averaged, current, count):
        if not current.is_floating_point():
            return current
        updates = int(count) - 1
        return torch.lerp(averaged, current, 1 - min(decay, (1 + updates) / (10 + updates)))

    averaged = AveragedModel(model, avg_fn=approach, use_buffers=True)
    averaged.update_parameters(model)
    return averaged


# --- output ---------------------------------------------------------------------------------------


class Output:
    def __init__(self):
        self.cases, self.numbers, self.count = {}, [], 0

    def add(self, case, name, values):
        if isinstance(values, torch.Tensor):
            values = values.detach().flatten().numpy()
        values = np.asarray(values, dtype=np.float64).astype("<f4")
        assert np.isfinite(values).all(), (case, name)
        ranges = self.cases.setdefault(case, {}).setdefault("numbers", {})
        ranges[name] = [self.count, len(values)]
        self.numbers.append(values)
        self.count += len(values)

    def write(self):
        (FOLDER / "expected.bin").write_bytes(np.concatenate(self.numbers).tobytes())
        lines = [f"{json.dumps(n)}: {json.dumps(c)}" for n, c in self.cases.items()]
        (FOLDER / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
        print(f"{4 * self.count / 1e6:.2f} MB")


def flat(tensors):
    return torch.cat([t.flatten() for t in tensors])


def sketch(tensor):
    values = tensor.detach().flatten().numpy().astype(np.float64)
    if len(values) <= SKETCH:
        return values
    hashed = bits(SIGNS, len(values))
    signs = 1.0 - 2.0 * (hashed & np.uint64(1)).astype(np.float64)
    buckets = (hashed >> np.uint64(56)).astype(np.int64)
    return np.bincount(buckets, weights=values * signs, minlength=SKETCH)


def sketches(tensors):
    return np.concatenate([sketch(t) for t in tensors])


def relative(a, b):
    a, b = a.detach().double().flatten(), b.detach().double().flatten()
    return float((a - b).norm() / b.norm())


def worst(first, second, names):
    return max((relative(a, b), n) for a, b, n in zip(first, second, names))


# --- what is computed -----------------------------------------------------------------------------


def both(model):
    """The model in float64, which decides, and in float32, which is compared."""
    return copy.deepcopy(model).double(), copy.deepcopy(model)


def margin(model, key, counts, size):
    """How many times the error of float32 the nearest flip is away, for workers of these counts."""
    x, least, start = pictures(key, sum(counts), size), math.inf, 0
    for count in counts:
        seen = []
        for m in both(model):
            seen.append([])
            for layer in m.modules():
                if isinstance(layer, (nn.ReLU, nn.MaxPool2d)):
                    layer.register_forward_pre_hook(
                        lambda layer, inputs, to=seen[-1]: to.append((layer, inputs[0].clone()))
                    )
            with torch.no_grad():
                m.train()(x[start : start + count].to(m.conv1.weight.dtype))
        start += count
        for (layer, exact), (_, single) in zip(*seen):
            error = (single.double() - exact).abs().max().item()
            if isinstance(layer, nn.MaxPool2d):
                windows = nn.functional.unfold(exact, 3, padding=1, stride=2)
                windows = windows.unflatten(1, (exact.shape[1], 9)).topk(2, dim=2).values
                gaps = (windows[:, :, 0] - windows[:, :, 1])[windows[:, :, 0] > 0]
                least = min(least, gaps.min().item() / error)
            else:
                least = min(least, exact.abs().min().item() / error)
    return least


def stable_key(model, counts, size, tries=100, enough=3):
    """Pictures that are far from every flip."""
    best = (0, 0)
    # For two networks an earlier search went as far as 94.
    for key in (94, *range(tries)):
        best = max(best, (margin(model, key, counts, size), -key))
        if best[0] >= enough:
            break
    print(f"pictures {-best[1]}: flips are {best[0]:.1f} errors away")
    assert best[0] > 1.5, "try more pictures"
    return -best[1]


def nudged(model):
    """The model with each weight another float32 beside its own."""
    result = copy.deepcopy(model)
    with torch.no_grad():
        for p in result.parameters():
            p *= 1 + torch.randn_like(p).sign() * 2**-23
    return result


def one_batch(output, case, model, batch, size, whole_gradients):
    names = [n for n, _ in model.named_parameters()]
    key = stable_key(model, (batch,), size)
    output.cases.setdefault(case, {})["pictures"] = {"one": key}
    x, y = pictures(key, batch, size), labels(key, batch)
    results = []
    for m in both(model):
        value = x.to(m.conv1.weight.dtype)
        m.eval()
        with torch.no_grad():
            evaluated = m(value)
        m.train()
        logits = m(value)
        loss = loss_of(logits, y)
        loss.backward()
        results.append((evaluated, logits, loss, gradients(m), statistics(m)))
    (evaluated, logits, loss, grads, stats), single = results
    output.add(case, "evalLogits", evaluated)
    output.add(case, "trainLogits", logits)
    output.add(case, "loss", [loss.item()])
    output.add(case, "gradientNorms", [g.norm().item() for g in grads])
    if whole_gradients:
        output.add(case, "gradients", flat(grads))
    else:
        output.add(case, "gradientSketches", sketches(grads))
    output.add(case, "statistics", flat(stats))
    print(
        f"{case}: float32 is off by: eval {relative(single[0], evaluated):.1e}",
        f"train {relative(single[1], logits):.1e} loss {abs(single[2] - loss).item():.1e}",
        f"gradient {worst(single[3], grads, names)}",
        f"statistics {relative(flat(single[4]), flat(stats)):.1e}",
        f"\n  loss {loss.item():.4f}, logits {evaluated[0].tolist()} {logits[0].tolist()}",
        f"shortest gradient {min((g.norm().item(), n) for g, n in zip(grads, names))}",
    )


def ten_steps(output, case, model, rule, batch, size):
    names = [n for n, _ in model.named_parameters()]
    results = []
    key = output.cases[case]["pictures"]["one"]
    for m in (*both(model), nudged(model), nudged(model)):
        m.train()
        steps, averaged, losses = optimizer(rule, m), average(m, 0.6), []
        for step in range(STEPS):
            value = pictures(key, batch, size).to(m.conv1.weight.dtype)
            loss = loss_of(m(value), labels(key, batch))
            steps.zero_grad()
            loss.backward()
            steps.step()
            averaged.update_parameters(m)
            losses.append(loss.item())
        results.append((losses, list(m.parameters()), statistics(m), averaged.module))
    (losses, parameters, stats, averaged), *others = results
    output.add(case, rule + "/losses", losses)
    output.add(case, rule + "/parameterSketches", sketches(parameters))
    output.add(case, rule + "/statistics", flat(stats))
    if rule == "sgd":
        output.add(case, rule + "/averageSketches", sketches(averaged.parameters()))
        output.add(case, rule + "/averageStatistics", flat(statistics(averaged)))
    for name, other in zip(("float32", "nudged", "nudged"), others):
        print(
            f"{case}, {rule}, {name} is off by:",
            f"losses {max(abs(a - b) for a, b in zip(losses, other[0])):.1e}",
            f"parameters {worst(other[1], parameters, names)}",
            f"statistics {relative(flat(other[2]), flat(stats)):.1e}",
        )
    print("  losses", [round(x, 3) for x in losses])


def data_parallel(output, case, model, counts, size):
    """Each worker normalises by its own pictures; gradients are of the mean over all pictures,
    running statistics those of all inputs of a layer, whichever worker had them."""
    batch = sum(counts)
    m = copy.deepcopy(model).double().train()
    name = "workers" + "+".join(map(str, counts))
    key = stable_key(model, counts, size)
    output.cases[case]["pictures"][name] = key
    x, y = pictures(key, batch, size).double(), labels(key, batch)
    seen = {n: [] for n, l in m.named_modules() if isinstance(l, nn.modules.batchnorm._BatchNorm)}
    layers = dict(m.named_modules())
    for layer, inputs in seen.items():
        layers[layer].register_forward_pre_hook(
            lambda _, arguments, inputs=inputs: inputs.append(arguments[0].detach().clone())
        )
    before = [s.clone() for s in statistics(m)]
    start, logits = 0, []
    for count in counts:
        part = slice(start, start + count)
        result = m(x[part])
        (loss_of(result, y[part]) * (count / batch)).backward()
        logits.append(result)
        start += count
    merged = []
    for inputs in seen.values():
        values = torch.cat(inputs).transpose(0, 1).flatten(1)
        merged += [values.mean(1), values.var(1, unbiased=True)]
    merged = [0.9 * old + 0.1 * new for old, new in zip(before, merged)]
    output.add(case, name + "/trainLogits", torch.cat(logits))
    output.add(case, name + "/gradientNorms", [g.norm().item() for g in gradients(m)])
    output.add(case, name + "/gradientSketches", sketches(gradients(m)))
    output.add(case, name + "/statistics", flat(merged))
    whole = copy.deepcopy(model).double().train()
    loss_of(whole(x), y).backward()
    print(
        f"{case}, {name}: differs from one worker by: gradient",
        f"{relative(flat(gradients(m)), flat(gradients(whole))):.1e}",
        f"statistics {relative(flat(merged), flat(statistics(whole))):.1e}",
    )


def frozen_backbone(output, case, model, batch, size):
    """Only the head learns; the backbone normalises with its running statistics."""
    m = copy.deepcopy(model).double().eval()
    m.fc.train()
    for name, p in m.named_parameters():
        p.requires_grad = name.startswith("fc.")
    key = output.cases[case]["pictures"]["one"]
    logits = m(pictures(key, batch, size).double())
    loss_of(logits, labels(key, batch)).backward()
    grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in m.parameters()]
    output.add(case, "frozen/trainLogits", logits)
    output.add(case, "frozen/gradientSketches", sketches(grads))
    output.add(case, "frozen/statistics", flat(statistics(m)))


def optimizer_alone(output, model):
    """Ten steps by gradients that are hashes, in float32: nothing but the optimizer can be wrong.
    The backbone is frozen in steps 2, 3 and 4; from step 5 gradients are clipped."""
    for rule in ("sgd", "adamw"):
        m = copy.deepcopy(model)
        steps = optimizer(rule, m, epsilon=1e-8)
        norms = []
        for step in range(STEPS):
            frozen = 2 <= step < 5
            for index, (name, p) in enumerate(m.named_parameters()):
                values = uniform(GRADIENTS + 1000 * step + index, p.numel()) * np.float32(0.01)
                p.grad = torch.from_numpy(values.reshape(p.shape))
                if frozen and not name.startswith("fc."):
                    p.grad = None
            if step >= 5:
                norms.append(float(nn.utils.clip_grad_norm_(m.parameters(), 0.9)))
            for group in steps.param_groups:
                group["lr"] = 0.01 * (1 + step)
            steps.step()
        output.add("optimizer", rule + "/norms", norms)
        output.add("optimizer", rule + "/parameterSketches", sketches(m.parameters()))
        keys = ["momentum_buffer"] if rule == "sgd" else ["exp_avg", "exp_avg_sq"]
        for place, key in zip(("first", "second"), keys):
            buffers = [steps.state[p][key] for p in m.parameters()]
            output.add("optimizer", f"{rule}/{place}Sketches", sketches(buffers))


def schedules(output):
    for warmup, total in ((0, 20), (1, 7), (5, 25), (9, 10)):
        peak, share = 0.05, 0.02
        dummy = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=peak)
        cosine = CosineAnnealingLR(dummy, T_max=total - warmup, eta_min=peak * share)
        schedule = cosine
        if warmup:
            line = LinearLR(dummy, start_factor=1 / (warmup + 1), total_iters=warmup)
            schedule = SequentialLR(dummy, [line, cosine], milestones=[warmup])
        rates = []
        for _ in range(total + 1):
            rates.append(dummy.param_groups[0]["lr"])
            dummy.step()
            schedule.step()
        output.add("schedule", f"{warmup}/{total}", rates)
        print(f"schedule {warmup}/{total}", [round(r, 5) for r in rates])


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    output = Output()
    schedules(output)
    for case, width, head, hidden, batch in (
        ("narrow-linear", 8, "linear", 0, 8),
        ("narrow-mlp", 8, "mlp", 24, 8),
        ("narrow-plain", 8, "plain", 24, 8),
        ("full-linear", 64, "linear", 0, 4),
        ("full-mlp", 64, "mlp", 256, 6),
    ):
        model = network(width, head, hidden)
        one_batch(output, case, model, batch, 64, case in ("narrow-linear", "narrow-mlp"))
        output.cases[case]["entries"] = [[n, list(t.shape)] for n, t in model.state_dict().items()]
        if head != "plain":
            for rule in ("sgd", "adamw"):
                ten_steps(output, case, model, rule, batch, 64)
        if case == "narrow-mlp":
            data_parallel(output, case, model, (4, 4), 64)
            data_parallel(output, case, model, (4, 3), 64)
            frozen_backbone(output, case, model, batch, 64)
            optimizer_alone(output, model)
        if width == 64:
            with torch.no_grad():
                for name, mode in (("eval", False), ("train", True)):
                    if mode and head == "mlp":
                        continue  # a BatchNorm over two pictures only tells which is larger
                    value = pictures(77, 2, 224)
                    exact, single = both(model.train(mode))
                    logits = exact(value.double())
                    output.add(case, name + "Logits224", logits)
                    print(f"{case}, 224, {name}: {relative(single(value), logits):.1e}")
    output.write()


if __name__ == "__main__":
    main()
