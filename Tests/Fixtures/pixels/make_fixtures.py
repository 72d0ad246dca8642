#!/usr/bin/env python3
"""Makes tone_mapping.json beside this script: R'G'B' signals of HLG, PQ and wide-gamut SDR, and what
they become in SDR with BT.709 primaries, in double precision. Python's standard library only.

The formulas are those of the references, written down again and not taken from the product:
ITU-R BT.2100-2 (HLG's inverse OETF and OOTF, PQ's EOTF), the matrices computed from the primaries'
chromaticities, J. Hable's curve as FFmpeg's `tonemap=hable:desat=0` has it, ITU-R BT.1886.
"""
import json
import math
import os
import random


def matrix_to_xyz(primaries, white=(0.3127, 0.3290)):
    columns = [[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]
    target = [white[0] / white[1], 1.0, (1 - white[0] - white[1]) / white[1]]
    rows = [[columns[c][r] for c in range(3)] for r in range(3)]
    scale = multiply(inverse(rows), target)
    return [[rows[r][c] * scale[c] for c in range(3)] for r in range(3)]


def inverse(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return [
        [(e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det],
        [(f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det],
        [(d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det],
    ]


def multiply(m, v):
    return [sum(m[r][c] * v[c] for c in range(3)) for r in range(3)]


BT709 = matrix_to_xyz([(0.640, 0.330), (0.300, 0.600), (0.150, 0.060)])
GAMUTS = {
    "bt2020": matrix_to_xyz([(0.708, 0.292), (0.170, 0.797), (0.131, 0.046)]),
    "smpte432": matrix_to_xyz([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]),
}


def hlg(signal):
    a = 0.17883277
    b = 1 - 4 * a
    c = 0.5 - a * math.log(4 * a)
    scene = [s * s / 3 if s <= 0.5 else (math.exp((s - c) / a) + b) / 12 for s in signal]
    # The system gamma of each component, as FFmpeg's zscale takes it; BT.2100 takes the luminance's.
    return [1000 / 100 * s ** 1.2 for s in scene]


def pq(signal):
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    return [
        10000 / 100 * (max(s ** (1 / m2) - c1, 0) / (c2 - c3 * s ** (1 / m2))) ** (1 / m1)
        for s in signal
    ]


def hable(x):
    return (x * (0.15 * x + 0.10 * 0.50) + 0.20 * 0.02) / (
        x * (0.15 * x + 0.50) + 0.20 * 0.30) - 0.02 / 0.30


def mapped(signal, transfer, primaries):
    light = {"arib-std-b67": hlg, "smpte2084": pq}.get(transfer, lambda s: [v ** 2.4 for v in s])(
        signal)
    light = multiply(inverse(BT709), multiply(GAMUTS[primaries], light))
    if transfer in ("arib-std-b67", "smpte2084"):
        brightest = max(max(light), 1e-6)
        light = [v * hable(brightest) / hable(10) / brightest for v in light]
    return [255 * min(max(v, 0), 1) ** (1 / 2.4) for v in light]


random.seed(13)
signals = [[level] * 3 for level in range(0, 256, 17)]
signals += [[r, g, b] for r in (40, 130, 210) for g in (40, 130, 210) for b in (40, 130, 210)]
signals += [[random.randrange(256) for _ in range(3)] for _ in range(21)]
cases = []
for transfer, primaries in [
    ("arib-std-b67", "bt2020"), ("smpte2084", "bt2020"), ("bt2020-10", "bt2020"),
    ("bt709", "smpte432"),
]:
    cases.append({
        "transfer": transfer,
        "primaries": primaries,
        "colours": [
            {
                "signal": signal,
                "mapped": [
                    round(v, 3)
                    for v in mapped([s / 255 for s in signal], transfer, primaries)
                ],
            } for signal in signals
        ],
    })
folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "tone_mapping.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
