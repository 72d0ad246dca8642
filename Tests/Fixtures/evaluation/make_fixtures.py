"""Writes expected.json: metrics by scikit-learn, SciPy and NumPy that Evaluation is compared with.

    pip install scikit-learn scipy numpy
    python Tests/Fixtures/evaluation/make_fixtures.py

Written with scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6; the same versions give the same file.
"""

import json
import pathlib

import numpy as np
from scipy.interpolate import interp1d
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit
from sklearn import metrics

random = np.random.default_rng(20)


def draw(count, share_fake, separation, decimals=6):
    """Labels (both present) and probabilities of fake."""
    labels = (random.random(count) < share_fake).astype(int)
    labels[0], labels[-1] = 0, 1
    margins = random.normal(size=count) * 1.5 + separation * (labels - 0.5)
    return labels, np.round(expit(margins), decimals)


def equal_error_rate(labels, probabilities):
    false_alarms, hits, _ = metrics.roc_curve(labels, probabilities)
    return brentq(lambda x: 1 - x - interp1d(false_alarms, hits)(x), 0, 1, xtol=1e-14)


def expected_calibration_error(labels, probabilities, count=15):
    """Over bins of equal width of the probability of fake."""
    bins = np.minimum((probabilities * count).astype(int), count - 1)
    error = 0.0
    for number in range(count):
        members = bins == number
        if members.any():
            gap = abs(probabilities[members].mean() - labels[members].mean())
            error += members.mean() * gap
    return error


def measure(labels, probabilities, threshold):
    called = (probabilities > threshold).astype(int)
    clipped = np.clip(probabilities, 1e-15, 1 - 1e-15)
    return {
        "logLoss": metrics.log_loss(labels, clipped, labels=[0, 1]),
        "auc": metrics.roc_auc_score(labels, probabilities),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, called),
        "recallReal": metrics.recall_score(labels, called, pos_label=0),
        "recallFake": metrics.recall_score(labels, called, pos_label=1),
        "accuracy": metrics.accuracy_score(labels, called),
        "eer": equal_error_rate(labels, probabilities),
        "averagePrecision": metrics.average_precision_score(labels, probabilities),
        "brier": metrics.brier_score_loss(labels, probabilities),
        "ece": expected_calibration_error(labels, probabilities),
        "shareFake": called.mean(),
    }


def metric_cases():
    inputs = {
        "distinct": (*draw(120, 0.5, 2.0), 0.5),
        "ties": (*draw(150, 0.5, 1.5, decimals=1), 0.45),
        "two values": (*draw(60, 0.4, 2.0, decimals=0), 0.5),
        "mostly fake": (*draw(120, 0.83, 1.0), 0.7),
        "worse than chance": (*draw(90, 0.5, -1.0), 0.5),
        "inverted": (np.array([0, 0, 0, 1, 1]), np.array([0.9, 0.8, 0.7, 0.2, 0.1]), 0.5),
        "perfect": (np.array([0, 1, 0, 1, 0, 1, 1]),
                    np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.95]), 0.5),
        "constant": (np.array([0, 1, 1, 0, 1]), np.full(5, 0.5), 0.5),
        "ends": (np.array([0, 1, 0, 1, 1, 0]), np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0]), 0.5),
        "smallest": (np.array([0, 1]), np.array([0.4, 0.6]), 0.5),
    }
    cases = []
    for name, (labels, probabilities, threshold) in inputs.items():
        false_alarms, hits, _ = metrics.roc_curve(labels, probabilities, drop_intermediate=False)
        cases.append({
            "name": name, "labels": labels.tolist(), "probabilities": probabilities.tolist(),
            "threshold": threshold, "metrics": measure(labels, probabilities, threshold),
            "falsePositiveRates": false_alarms.tolist(), "truePositiveRates": hits.tolist(),
        })
    return cases


def temperature_cases():
    cases = []
    for name, scale, separation, share_fake in [
        ("overconfident", 6.0, 1.0, 0.5), ("underconfident", 0.2, 2.0, 0.5),
        ("skewed", 3.0, 1.5, 0.85), ("calibrated", 1.0, 2.0, 0.5),
        ("beyond the upper bound", 60.0, 0.2, 0.5), ("no better than chance", 2.0, -0.5, 0.5),
        ("beyond the lower bound", 0.005, 2.5, 0.5),
    ]:
        labels, probabilities = draw(160, share_fake, separation)
        margins = np.round(scale * np.log(probabilities / (1 - probabilities)), 6)

        def loss(log_temperature):
            scaled = margins / np.exp(log_temperature)
            return np.logaddexp(0, np.where(labels == 1, -scaled, scaled)).mean()

        best = minimize_scalar(loss, bounds=np.log([0.05, 20]), method="bounded",
                               options={"xatol": 1e-10})
        cases.append({"name": name, "labels": labels.tolist(), "margins": margins.tolist(),
                      "temperature": float(np.exp(best.x)), "logLoss": best.fun})
    return cases


def confident(probabilities, limit=0.8):
    """The rule of the DFDC winner (selimsef), written anew from its description."""
    high, low = probabilities[probabilities > limit], probabilities[probabilities < 0.2]
    if len(high) > len(probabilities) // 2.5 and len(high) > 11:
        return high.mean()
    return low.mean() if len(low) > 0.9 * len(probabilities) else probabilities.mean()


def score_cases():
    cases = []
    for count, centre, spread in [(1, 0.7, 1), (2, -1, 1), (7, 0, 2), (12, 5, 0.5), (11, 5, 0.5),
                                  (30, 1.2, 2), (32, 0.9, 2.5), (30, -6, 1.5), (33, -2, 3)]:
        margins = np.round(centre + spread * random.normal(size=count), 5)
        margins[: count // 12] = 2.5  # A few against the others, for the rule's quantiles.
        temperature = float(random.choice([0.5, 1.0, 1.7]))
        probabilities = expit(margins / temperature)
        cases.append({
            "margins": margins.tolist(), "temperature": temperature,
            "scores": {
                "mean": probabilities.mean(), "median": np.median(probabilities),
                "meanLogit": expit((margins / temperature).mean()),
                "maximum": probabilities.max(), "confident": confident(probabilities),
            },
        })
    return cases


def weighted_cases():
    """Metrics of a resample of groups: weights instead of copies."""
    cases = []
    for decimals in (6, 1):
        labels, probabilities = draw(80, 0.6, 1.5, decimals)
        groups = random.integers(0, 9, size=80)
        weights = np.bincount(random.integers(0, 9, size=9), minlength=9)
        called = (probabilities > 0.55).astype(int)
        each = weights[groups]
        cases.append({
            "labels": labels.tolist(), "probabilities": probabilities.tolist(),
            "groups": groups.tolist(), "weights": weights.tolist(), "threshold": 0.55,
            "auc": metrics.roc_auc_score(labels, probabilities, sample_weight=each),
            "logLoss": metrics.log_loss(labels, np.clip(probabilities, 1e-15, 1 - 1e-15),
                                        sample_weight=each),
            "balancedAccuracy": metrics.balanced_accuracy_score(labels, called,
                                                                sample_weight=each),
        })
    return cases


def percentile_cases():
    cases = []
    for count in (1, 2, 40, 101):
        values = np.round(random.random(count), 6)
        lower, upper = np.percentile(values, [2.5, 97.5])
        cases.append({"values": values.tolist(), "lower": lower, "upper": upper})
    return cases


content = {
    "metrics": metric_cases(), "temperatures": temperature_cases(), "scores": score_cases(),
    "weighted": weighted_cases(), "percentiles": percentile_cases(),
}
path = pathlib.Path(__file__).parent / "expected.json"
path.write_text(json.dumps(content, indent=None, separators=(",", ":")) + "\n")
print(f"{path}: {path.stat().st_size} bytes")
