"""Writes what self-blending is compared with: blends computed in double precision.

    pip install numpy
    python Tests/Fixtures/selfblending/make_blends.py

Made with NumPy 2.4. `blends.json` has, for each case, a picture of 32x32 pixels (RGB, base64), the draws
(mask, move, colour, sharpness, which side is changed) and the two pictures of the pair: real and fake.
Pictures are rounded to whole numbers after each step, as the product stores them. Nothing of the product's
code is used.
"""

import base64
import json
import math
import pathlib

import numpy as np

SIZE = 32
CELLS = 16
LUMA = np.array([0.299, 0.587, 0.114])


def rounded(x):
    return np.floor(np.clip(x, 0, 255) + 0.5).clip(0, 255)


def picture(rng):
    """A smooth picture with some detail."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    base = np.stack([np.sin(rng.uniform(2, 9) * x + rng.uniform(2, 9) * y + c) for c in range(3)], -1)
    return rounded(128 + 70 * base + rng.normal(0, 6, (SIZE, SIZE, 3)))


def colour(x, d):
    # Hue and saturation: a turn of what differs from luma about the grey axis; luma stays.
    angle = math.radians(d["hueDegrees"])
    luma = x @ LUMA
    chroma = x - luma[..., None]
    axis = np.ones(3) / math.sqrt(3)
    turned = np.cross(axis, chroma)
    moved = (chroma * math.cos(angle) + turned * math.sin(angle)) * d["saturation"]
    moved -= (moved @ LUMA)[..., None]
    y = (luma[..., None] + moved) * d["brightness"]
    grey = x.mean() * d["brightness"]
    return rounded((y - grey) * d["contrast"] + grey + np.array(d["tint"]) + 64 * d["lightness"])


def gaussian(x, sigma):
    radius = math.ceil(3 * sigma)
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        pad = [(0, 0)] * 3
        pad[axis] = (radius, radius)
        p = np.pad(x, pad, mode="edge")
        x = sum(t * np.take(p, range(i, i + SIZE), axis) for i, t in enumerate(taps))
    return x


def sharpened(x, amount):
    soft = rounded(gaussian(x, SIZE / 144))
    return rounded(x * (1 + 2 * amount) - soft * 2 * amount)


def reflected(i):
    i = np.mod(i, 2 * SIZE)
    return np.where(i < SIZE, i, 2 * SIZE - 1 - i)


def moved(x, d):
    """Turned and scaled about the middle, then shifted; bilinear, reflected outside."""
    angle = math.radians(d["rotationDegrees"])
    a, b = math.cos(angle) / d["scale"], math.sin(angle) / d["scale"]
    c = SIZE / 2
    v, u = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    u, v = u - c, v - c
    px = a * u - b * v + c - d["shift"][0] * SIZE - 0.5
    py = b * u + a * v + c - d["shift"][1] * SIZE - 0.5
    x0, y0 = np.floor(px).astype(int), np.floor(py).astype(int)
    fx, fy = (px - x0)[..., None], (py - y0)[..., None]
    at = lambda j, i: x[reflected(j), reflected(i)]
    top = at(y0, x0) * (1 - fx) + at(y0, x0 + 1) * fx
    low = at(y0 + 1, x0) * (1 - fx) + at(y0 + 1, x0 + 1) * fx
    return rounded(top * (1 - fy) + low * fy)


def enlarged(mask):
    place = np.clip((np.arange(SIZE) + 0.5) * CELLS / SIZE - 0.5, 0, CELLS - 1)
    first = np.floor(place).astype(int)
    second = np.minimum(first + 1, CELLS - 1)
    share = place - first
    rows = mask[first] * (1 - share)[:, None] + mask[second] * share[:, None]
    return rows[:, first] * (1 - share) + rows[:, second] * share


def encoded(x):
    return base64.b64encode(x.astype(np.uint8).tobytes()).decode()


def case(number):
    rng = np.random.default_rng(number)
    x = picture(rng)
    r, c = np.mgrid[0:CELLS, 0:CELLS]
    mask = np.clip(1.5 - np.hypot(r - rng.uniform(6, 10), c - rng.uniform(6, 10)) / 5, 0, 1)
    mask = (mask * rng.choice([0.25, 0.5, 1])).astype(np.float32)
    d = {
        "changed": ["source", "target"][number % 2],
        "tint": list(rng.uniform(-20, 20, 3)), "hueDegrees": rng.uniform(-30, 30),
        "saturation": rng.uniform(0.7, 1.3), "brightness": rng.uniform(0.85, 1.15),
        "contrast": rng.uniform(0.8, 1.2), "lightness": rng.uniform(-0.2, 0.2),
        "sharpen": rng.uniform(0.2, 0.6),
        "shift": [rng.uniform(-0.05, 0.05), rng.uniform(-0.05, 0.05)],
        "scale": rng.uniform(0.9, 1.1), "rotationDegrees": rng.uniform(-5, 5),
    }
    changed = sharpened(colour(x, d), d["sharpen"])
    source, target = (changed, x) if d["changed"] == "source" else (x, changed)
    weight = enlarged(mask.astype(float))[..., None]
    fake = rounded(moved(source, d) * weight + target * (1 - weight))
    return d | {
        "picture": encoded(x), "mask": [float(m) for m in mask.ravel()], "real": encoded(target),
        "fake": encoded(fake),
    }


if __name__ == "__main__":
    path = pathlib.Path(__file__).parent / "blends.json"
    path.write_text(json.dumps({"size": SIZE, "cells": CELLS, "cases": [case(n) for n in range(4)]}))
