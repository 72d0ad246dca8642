"""What was measured: the result as JSON, and tables for people."""

import datetime
import importlib.metadata
import os
import platform
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

from contenders import FLOAT32
from engines import INFERENCE, LATENCY, TRAINING

TRAINER = "trainer"
TITLES = {
    TRAINING: "training, images/s", INFERENCE: "inference, images/s", LATENCY: "batch 1, ms",
    "peak": "peak memory of training, MiB"}
COMPARED = {TRAINING: "training", INFERENCE: "inference", LATENCY: "batch-1 latency"}
PACKAGES = [
    "torch", "torchvision", "onnx", "numpy", "openvino", "onnxruntime", "ncnn", "pnnx", "MNN"]
FLAGS = [
    "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16",
    "amx_fp16"]


def best_of(quantity, values):
    return min(values) if quantity == LATENCY else max(values)


def spread(values):
    values = [round(value, 3) for value in values]
    return {
        "median": statistics.median(values), "lowest": min(values), "highest": max(values),
        "rounds": values}


def cpu_field(name):
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.split(":")[0].strip() == name:
            return line.split(":", 1)[1].strip()
    return ""


def machine():
    flags = set(cpu_field("flags").split())
    return {
        "processor": cpu_field("model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mebibytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "system": platform.platform(), "flags": {flag: flag in flags for flag in FLAGS}}


def versions():
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def ratios(quantity, ours, theirs):
    """How many times as fast the trainer is, round by round."""
    pairs = [
        (one[quantity], other[quantity]) for one, other in zip(ours, theirs) if quantity in other]
    return [other / one if quantity == LATENCY else one / other for one, other in pairs]


def best_rounds(quantity, found, names):
    """The best value of each round among some contenders."""
    rounds = zip(*(found[name] for name in names if quantity in found[name][0]))
    return [{quantity: best_of(quantity, [each[quantity] for each in one])} for one in rounds]


def values_of(rounds):
    """Each quantity's values over the rounds."""
    return {key: spread([one[key] for one in rounds]) for key in TITLES if key in rounds[0]}


def describe(entrant, rounds, trainers_rounds):
    """What the result says of a contender."""
    return {
        "title": entrant.title, "precision": entrant.contender.precision,
        "logits_difference": entrant.difference,
        "settings": {
            quantity: {
                "name": team.setting.describe(quantity),
                "processes": 1 if quantity == LATENCY else team.setting.processes,
                **team.setting.options}
            for quantity, team in entrant.teams.items()},
        "tried": {
            quantity: {name: round(value, 3) for name, value in tried}
            for quantity, tried in entrant.tried.items()},
        "values": values_of(rounds),
        "trainer_times_as_fast": {
            quantity: spread(values) for quantity in COMPARED
            if (values := ratios(quantity, trainers_rounds, rounds))}}


def against_the_best(found, names):
    """The ratios to the best of some contenders in each round."""
    return {
        quantity: spread(ratios(quantity, found[TRAINER], best_rounds(quantity, found, names)))
        for quantity in COMPARED if any(quantity in found[name][0] for name in names)}


def make_result(root, options, load, trainer, entrants, skipped, found):
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=root, capture_output=True,
        text=True).stdout.strip()
    contenders = {TRAINER: {
        "title": trainer.title, "precision": FLOAT32, "kernels": trainer.kernels,
        "values": values_of(found[TRAINER])}}
    for name, entrant in entrants.items():
        contenders[name] = describe(entrant, found[name], found[TRAINER])
    groups = {
        "float32": [name for name in entrants if contenders[name]["precision"] == FLOAT32],
        "16 bits": [name for name in entrants if contenders[name]["precision"] != FLOAT32]}
    return {
        "format": "peers/1",
        "what": f"ResNet18 at 224x224 with the trainer's head, batch {options.batch}: the trainer "
        "beside PyTorch and inference engines, alternating rounds",
        "commit": commit,
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine(),
        # Average number of running processes in the minute before: above 0.5 others were at work.
        "load_before": round(load, 2),
        "command": shlex.join(["scripts/benchmark-peers", *sys.argv[2:]]),
        "versions": versions(), "batch": options.batch, "rounds": options.rounds,
        "units": TITLES, "contenders": contenders, "skipped": skipped,
        "trainer_against_the_best": {
            group: against_the_best(found, names)
            for group, names in groups.items() if names}}


def cell(values, digits):
    return (f"{values['median']:.{digits}f} "
            f"({values['lowest']:.{digits}f}-{values['highest']:.{digits}f})")


def result_rows(result):
    rows = [["", *TITLES.values(), "difference of logits"]]
    for contender in result["contenders"].values():
        values = contender["values"]
        rows.append([
            contender["title"],
            *(cell(values[key], 1) if key in values else "-" for key in COMPARED),
            f"{values['peak']['median']:.0f}" if "peak" in values else "-",
            f"{contender['logits_difference']:.0e}" if "logits_difference" in contender else "-"])
    return rows


def verdict(values):
    if values["lowest"] > 1:
        return "ahead"
    return "behind" if values["highest"] < 1 else "undecided"


def ratio_rows(result):
    """How many times as fast the trainer is as each contender, and what follows."""
    rows = [["trainer / contender of the same round", *COMPARED.values()]]
    compared = [
        (contender["title"], contender["trainer_times_as_fast"])
        for name, contender in result["contenders"].items() if name != TRAINER]
    compared += [
        (f"the best in {group}", against)
        for group, against in result["trainer_against_the_best"].items()]
    for title, against in compared:
        rows.append([title, *(
            f"{cell(against[quantity], 2)} {verdict(against[quantity])}" if quantity in against
            else "-" for quantity in COMPARED)])
    return rows


def setting_rows(result):
    rows = [["the fastest setting", *COMPARED.values()]]
    for contender in result["contenders"].values():
        if "settings" in contender:
            rows.append([contender["title"], *(
                contender["settings"].get(quantity, {}).get("name", "-") for quantity in COMPARED)])
    return rows


def where_we_stand(result):
    """A line for each quantity: who is slower than the trainer in all rounds, and who is faster."""
    lines = []
    for quantity, title in COMPARED.items():
        sides = {"ahead": [], "behind": [], "undecided": []}
        for contender in result["contenders"].values():
            against = contender.get("trainer_times_as_fast", {})
            if quantity in against:
                sides[verdict(against[quantity])].append(contender["title"])
        words = [
            text + ", ".join(sides[side]) for side, text in (
                ("ahead", "faster in every round than "), ("behind", "slower in every round than "),
                ("undecided", "faster in some rounds only than ")) if sides[side]]
        if words:
            lines.append(f"{title}: the trainer is {'; '.join(words)}.")
    return "\n".join(lines)


def table(rows, markdown):
    if markdown:
        lines = ["| " + " | ".join(cells) + " |" for cells in rows]
        return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def render(result, markdown):
    found = result["machine"]
    software = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    flags = ", ".join(flag for flag, there in found["flags"].items() if there)
    heading = (
        f"{result['what']}; medians of the rounds ({result['rounds']}), lowest-highest\n"
        f"{found['processor']}, {found['cores']} cores ({flags}); "
        f"{result['contenders'][TRAINER]['kernels']} kernels; {software}")
    skipped = [
        ", ".join(name for name, other in result["skipped"].items() if other == reason)
        + f": {reason}" for reason in dict.fromkeys(result["skipped"].values())]
    tables = [make_rows(result) for make_rows in (result_rows, ratio_rows, setting_rows)]
    parts = [heading, *(table(rows, markdown) for rows in tables if len(rows) > 1),
             where_we_stand(result), "\n".join(skipped)]
    return "\n" + "\n\n".join(part for part in parts if part)
