"""Writes reflected_warps.json: crops that reach beyond their picture, filled by reflection without a
repeated edge (OpenCV's BORDER_REFLECT_101, numpy's mode "reflect").

    python3 Tests/Fixtures/imaging/make_reflected_warps.py

The picture is padded with numpy.pad and sampled bilinearly in float64, so that the reflection is numpy's
own; a crop that is smaller than what it shows is the mean of k x k samples per pixel.
"""

import base64
import json
import math
import pathlib

import numpy

PADDING = 80


def warp(picture, size, a, b, tx, ty):
    """The crop under crop (x, y) -> picture (a x - b y + tx, b x + a y + ty)."""
    samples = max(math.ceil(math.hypot(a, b)), 1)
    padded = numpy.pad(
        picture.astype(float), ((PADDING, PADDING), (PADDING, PADDING), (0, 0)), mode="reflect"
    )
    places = (numpy.arange(size * samples) + 0.5) / samples
    x, y = numpy.meshgrid(places, places)
    column = a * x - b * y + tx - 0.5 + PADDING
    row = b * x + a * y + ty - 0.5 + PADDING
    left, top = numpy.floor(column).astype(int), numpy.floor(row).astype(int)
    right, bottom = (column - left)[..., None], (row - top)[..., None]
    upper = padded[top, left] * (1 - right) + padded[top, left + 1] * right
    lower = padded[top + 1, left] * (1 - right) + padded[top + 1, left + 1] * right
    values = upper * (1 - bottom) + lower * bottom
    means = values.reshape(size, samples, size, samples, 3).mean(axis=(1, 3))
    return numpy.floor(means + 0.5).astype(numpy.uint8)


def text(pixels):
    return base64.b64encode(pixels.tobytes()).decode()


def main():
    random = numpy.random.default_rng(1)
    cases = []
    # Beyond each edge, beyond all of them, turned, and so far that mirror images are mirrored again.
    for width, height, size, a, b, tx, ty in [
        (13, 9, 12, 0.8, 0.0, -4.3, 2.1),
        (13, 9, 12, 0.8, 0.0, 7.2, -5.6),
        (20, 24, 11, 2.3, 0.4, -3.0, 4.0),
        (10, 10, 16, 1.0, 0.0, -3.0, -3.0),
        (9, 7, 14, 1.7, -1.1, -9.5, 3.25),
        (6, 5, 15, 2.6, 1.2, -14.0, -11.0),
        (1, 8, 8, 1.0, 0.3, -2.0, -2.0),
    ]:
        picture = random.integers(0, 256, (height, width, 3), dtype=numpy.uint8)
        cases.append(
            {
                "width": width, "height": height, "size": size, "transform": [a, b, tx, ty],
                "picture": text(picture), "crop": text(warp(picture, size, a, b, tx, ty)),
            }
        )
    path = pathlib.Path(__file__).with_name("reflected_warps.json")
    path.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
