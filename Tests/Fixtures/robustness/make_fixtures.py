"""Makes expected.json: pictures before and after each perturbation of DeeperForensics-1.0.

    pip install numpy opencv-python-headless
    python make_fixtures.py

The functions below follow the definitions in perturbation/distortions.py of that repository, by the
same OpenCV and NumPy calls; only the noise is an argument, so that a test can use the same numbers.
"""

import base64
import json
import math
import pathlib

import cv2
import numpy as np

LEVELS = {
    "saturation": [0.4, 0.3, 0.2, 0.1, 0.0],
    "contrast": [0.85, 0.725, 0.6, 0.475, 0.35],
    "noise": [0.001, 0.002, 0.005, 0.01, 0.05],
    "blur": [7, 9, 13, 17, 21],
    "pixelation": [2, 3, 4, 5, 6],
}


def to_ycbcr(bgr):
    """Y, Cb, Cr in 16/255...235/255 and 16/255...240/255 of what OpenCV gives for floats."""
    ycrcb = cv2.cvtColor(bgr.astype(np.float32), cv2.COLOR_BGR2YCR_CB)
    y, cr, cb = (ycrcb[:, :, channel] for channel in range(3))
    scaled = [(y * (235 - 16) + 16) / 255.0, (cb * (240 - 16) + 16) / 255.0]
    return np.stack(scaled + [(cr * (240 - 16) + 16) / 255.0], axis=2).astype(np.float32)


def to_bgr(ycbcr):
    ycbcr = ycbcr.astype(np.float32) * 255.0 - 16
    y = ycbcr[:, :, 0] / (235 - 16)
    cb, cr = ycbcr[:, :, 1] / (240 - 16), ycbcr[:, :, 2] / (240 - 16)
    return cv2.cvtColor(np.stack([y, cr, cb], axis=2).astype(np.float32), cv2.COLOR_YCR_CB2BGR)


def saturation(bgr, factor, _):
    ycbcr = to_ycbcr(bgr)
    ycbcr[:, :, 1:] = 0.5 + (ycbcr[:, :, 1:] - 0.5) * factor
    return to_bgr(ycbcr).astype(np.uint8)


def contrast(bgr, factor, _):
    return (bgr.astype(np.float32) * factor).astype(np.uint8)


def noise(bgr, variance, normals):
    ycbcr = to_ycbcr(bgr) / 255
    return np.clip(to_bgr((ycbcr + math.sqrt(variance) * normals) * 255), 0, 255).astype(np.uint8)


def blur(bgr, kernel, _):
    return cv2.GaussianBlur(bgr, (kernel, kernel), kernel / 6)


def pixelation(bgr, factor, _):
    height, width, _ = bgr.shape
    small = cv2.resize(bgr, (width // factor, height // factor))
    return cv2.resize(small, (width, height))


def picture(height, width, random):
    """Slopes, an edge, flat grey, saturated colours and noise."""
    rows, columns = np.mgrid[0:height, 0:width]
    bgr = np.stack([rows * 255 // height, columns * 255 // width, (rows * 7 + columns * 5) % 256], 2)
    bgr[:, width // 2 :] = bgr[:, width // 2 :] // 3 + 90
    bgr[: height // 4, : width // 4] = 128
    bgr[-height // 4 :, : width // 4] = (0, 0, 255)
    bgr[-height // 4 :, width // 4 : width // 2] = (255, 0, 0)
    corner = bgr[: height // 4, 3 * width // 4 :]
    corner += random.integers(-40, 40, corner.shape)
    return np.clip(bgr, 0, 255).astype(np.uint8)


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def main():
    random = np.random.default_rng(5)
    cases = []
    # Sides that are no multiples of the factors, and one with kernels wider than the picture.
    for height, width in [(24, 32), (7, 19)]:
        bgr = picture(height, width, random)
        normals = random.standard_normal((height, width, 3)).astype(np.float32)
        case = {"width": width, "height": height, "rgb": encoded(bgr[:, :, ::-1])}
        case["normals"] = encoded(normals.astype("<f4"))
        for name, parameters in LEVELS.items():
            function = globals()[name]
            case[name] = [encoded(function(bgr, value, normals)[:, :, ::-1]) for value in parameters]
        cases.append(case)
    file = pathlib.Path(__file__).with_name("expected.json")
    file.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
