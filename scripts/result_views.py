"""Tables of results files that have forms of their own, for scripts/render-performance.

A table is `columns` (key, title, unit, decimals) and `rows`, as in a file of the form `results/1`.
"""

import functools
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def view(name, table, result):
    """The table of a file; None where the file has its tables itself."""
    made = {
        ("processes.json", "cables"): cables, ("peers.json", "contenders"): contenders,
        ("peers.json", "ratios"): peer_ratios}.get((name, table))
    return made and made(result)


def cables(result):
    """Seconds of a step over each cable, medians; what of the exchange overlapping does not hide."""
    def median(name):
        return statistics.median(result["hosts"][name])

    kinds = {
        "after": "after the backward pass", "during": "during it", "during, bfloat16": "during it, bfloat16",
        "during, synchronized": "during it, synchronizedBatchNorm"}
    columns = [{"key": "cable", "title": "cable"}]
    columns += [
        {"key": key, "title": title, "unit": "s", "decimals": 2}
        for key, title in {"alone": "alone", **kinds}.items()]
    columns.append({"key": "left", "title": "not hidden", "unit": "%", "decimals": 0})
    rows = []
    for cable in ("no limit", "1 Gbit/s", "1 Gbit/s, 1 ms"):
        row = {"cable": cable, "alone": median("alone")}
        row.update({kind: median(f"{cable}: {kind}") for kind in kinds})
        row["left"] = 100 * (row["during"] - row["alone"]) / (row["after"] - row["alone"])
        rows.append(row)
    return {"columns": columns, "rows": rows}


def contenders(result):
    """What the trainer and each peer reach, in the file's order."""
    columns = [{"key": "contender", "title": ""}] + [
        {"key": key, "title": title, "decimals": 0 if key == "peak" else 1}
        for key, title in result["units"].items()]
    rows = [
        {"contender": contender["title"], **contender["values"]}
        for contender in result["contenders"].values()]
    return {"columns": columns, "rows": rows}


def peer_ratios(result):
    """How many times as fast the trainer is as each peer, and as the best of a precision, in the same round."""
    compared = {
        contender["title"]: contender["trainer_times_as_fast"]
        for contender in result["contenders"].values() if "trainer_times_as_fast" in contender}
    compared.update({
        f"the best in {group}": against for group, against in result["trainer_against_the_best"].items()})
    keys = {key: title.partition(",")[0] for key, title in result["units"].items() if key != "peak"}
    columns = [{"key": "contender", "title": "trainer divided by"}] + [
        {"key": key, "title": title, "decimals": 2} for key, title in keys.items()]
    return {"columns": columns, "rows": [{"contender": title, **ratios} for title, ratios in compared.items()]}


@functools.cache
def scaling(command, title):
    """One of the tables that scripts/scale-model computes from processes.json; None where it prints no such."""
    program, *options = command.split()
    done = subprocess.run(
        [ROOT / "scripts" / program, *options], capture_output=True, text=True, check=False)
    heads = (f"| {title}", f"| machines, {title}")
    tables = [part for part in done.stdout.split("\n\n") if part.startswith(heads)]
    return tables[0].rstrip() + "\n" if tables else None


def scaled(command, title):
    """The numbers of a table by machines and cables; None where the script prints no such."""
    table = scaling(command, f"machines, {title}")
    if not table:
        return None
    titles, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
    return {
        first: {cable: float(cell) for cable, cell in zip(titles[1:], cells) if cell != "-"}
        for first, *cells in rows}
