"""The contenders beside the trainer, and the settings that are tried for each.

A contender is an engine in one precision. For each quantity it is measured in the setting that was
the fastest in a short trial on this machine, so that none is held back by a choice of ours:

- threads: one process of as many threads as there are cores, or as many processes of one thread,
  each with its share of the batch. Processes that train don't average their gradients: what is
  found for them is more than a training in parallel can reach.
- request: pictures that an inference engine gets at a time. Small requests stay in the cache;
  large ones have less to do between the layers.
- hint: what OpenVINO is asked to optimise. "THROUGHPUT" computes several requests at a time, a
  core each; "LATENCY" computes one request at a time.
"""

from dataclasses import dataclass

from engines import INFERENCE, LATENCY, PACKAGES, TRAINING

FLOAT32, BFLOAT16, FLOAT16 = "float32", "bfloat16", "float16"


@dataclass
class Setting:
    """One way to run a contender; its processes share the cores and the pictures out."""

    quantities: list
    processes: int
    options: dict

    def describe(self, quantity):
        """What a reader needs to know; a single picture is computed by one process alone."""
        parts = []
        if "hint" in self.options:
            parts.append(f"{self.options['hint'].lower()} hint")
        threads = count(self.options["threads"], "thread")
        if self.processes > 1 and quantity != LATENCY:
            threads = f"{count(self.processes, 'process')} of {threads}"
        parts.append(threads)
        if "request" in self.options and quantity != LATENCY:
            parts.append(f"requests of {self.options['request']}")
        return ", ".join(parts)


@dataclass
class Contender:
    name: str
    title: str
    engine: str
    precision: str
    settings: list

    @property
    def package(self):
        return PACKAGES[self.engine]


def count(number, noun):
    return f"{number} {noun}" + ("" if number == 1 else "es" if noun.endswith("s") else "s")


def ways_to_share(cores, batch):
    """Processes, and options of each, for the ways to use all cores."""
    ways = [(1, {"threads": cores, "share": batch})]
    if cores > 1:
        ways.append((cores, {"threads": 1, "share": batch // cores}))
    return ways


def pytorch(cores, batch, precision, layout, compiled=False):
    name, title = f"pytorch-{precision}", f"PyTorch {precision}"
    if layout == "channels_last":
        name, title = f"{name}-channels_last", f"{title} channels_last"
    if compiled:
        name, title = f"{name}-compiled", f"{title} compiled"
    options = {"layout": layout, "compiled": compiled}
    return Contender(name, title, "pytorch", precision, [
        Setting([TRAINING, INFERENCE, LATENCY], processes, {**options, **way})
        for processes, way in ways_to_share(cores, batch)])


def openvino(cores, batch, precision):
    # OpenVINO runs several requests at a time itself; more processes have no use.
    def setting(quantities, hint, threads, request):
        return Setting(quantities, 1, {
            "threads": threads, "share": batch, "request": request, "hint": hint})

    settings = [
        setting([INFERENCE, LATENCY], "LATENCY", cores, batch),
        setting([INFERENCE, LATENCY], "THROUGHPUT", cores, batch // cores),
        setting([INFERENCE], "THROUGHPUT", cores, 1)]
    if cores > 1:
        settings.append(setting([LATENCY], "LATENCY", 1, 1))
    return Contender(
        f"openvino-{precision}", f"OpenVINO {precision}", "openvino", precision, settings)


def simple(engine, title, cores, batch, precision):
    """An engine that knows threads and sizes of requests only."""
    settings = []
    for processes, way in ways_to_share(cores, batch):
        # ncnn takes one picture at a time in any case.
        sizes = [way["share"], 1] if engine != "ncnn" else [1]
        for index, request in enumerate(sizes):
            # A single picture doesn't depend on the size of requests.
            quantities = [INFERENCE, LATENCY] if index == 0 else [INFERENCE]
            settings.append(Setting(quantities, processes, {**way, "request": request}))
    return Contender(f"{engine}-{precision}", f"{title} {precision}", engine, precision, settings)


def all_contenders(cores, batch, compiled):
    found = [
        pytorch(cores, batch, precision, layout)
        for precision in (FLOAT32, BFLOAT16)
        for layout in ("contiguous_format", "channels_last")]
    if compiled:
        found += [
            pytorch(cores, batch, precision, "channels_last", compiled=True)
            for precision in (FLOAT32, BFLOAT16)]
    return found + [
        openvino(cores, batch, FLOAT32), openvino(cores, batch, BFLOAT16),
        simple("onnxruntime", "ONNX Runtime", cores, batch, FLOAT32),
        *(simple("ncnn", "ncnn", cores, batch, each) for each in (FLOAT32, BFLOAT16, FLOAT16)),
        simple("mnn", "MNN", cores, batch, FLOAT32)]
