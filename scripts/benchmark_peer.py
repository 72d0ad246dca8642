"""One peer of the trainer, for scripts/benchmark_peers.py: `benchmark_peer.py KIND BATCH THREADS`.

Warms up, says what it is and what it can measure as a line of JSON, and then measures whatever it
reads from standard input: "training" and "inference" in images per second, "latency" of a single
image in milliseconds.
"""

import ctypes
import json
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1


def seconds_per_call(call):
    """Mean over as many calls as two seconds take, at least two."""
    calls, start = 0, time.perf_counter()
    while calls < 2 or time.perf_counter() - start < 2:
        call()
        calls += 1
    return (time.perf_counter() - start) / calls


def peak_mebibytes():
    """Most memory that this program has had at once; None where the system doesn't tell."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmHWM"))
    except OSError:
        return None


def network():
    """ResNet18 with the trainer's head."""
    import torch
    import torchvision
    from torch import nn

    torch.manual_seed(1)
    model = torchvision.models.resnet18(num_classes=2)
    model.fc = nn.Sequential(
        nn.Dropout(0.5), nn.Linear(512, 256), nn.BatchNorm1d(256), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(256, 2))
    return model


class PyTorch:
    quantities = ["training", "inference", "latency"]

    def __init__(self, kind, batch, threads):
        import torch
        import torchvision
        from torch import nn

        torch.set_num_threads(threads)
        self.torch = torch
        self.software = f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}"
        layout = torch.channels_last if kind == "channels_last" else torch.contiguous_format
        self.model = network().to(memory_format=layout)
        self.pictures = torch.randn(batch, 3, 224, 224).to(memory_format=layout)
        self.labels = torch.arange(batch) % 2
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-4)
        self.loss = nn.CrossEntropyLoss(label_smoothing=0.01)
        # Each size of batch is compiled for itself: the fastest code.
        self.run = torch.compile(self.model, dynamic=False) if kind == "compile" else self.model

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.run(self.pictures), self.labels).backward()
        self.optimizer.step()

    def infer(self, pictures):
        with self.torch.inference_mode():
            self.run(pictures)

    def begin(self, quantity):
        """What is done over and over for a quantity."""
        self.model.train(quantity == "training")
        if quantity == "training":
            return self.train
        pictures = self.pictures if quantity == "inference" else self.pictures[:1]
        return lambda: self.infer(pictures)


class ONNXRuntime:
    quantities = ["inference", "latency"]

    def __init__(self, batch, threads):
        import io

        import onnxruntime
        import torch

        self.software = f"ONNX Runtime {onnxruntime.__version__}"
        file = io.BytesIO()
        torch.onnx.export(
            network().eval(), (torch.randn(1, 3, 224, 224),), file, input_names=["pictures"],
            output_names=["logits"], dynamic_axes={"pictures": {0: "n"}, "logits": {0: "n"}},
            dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            file.getvalue(), options, providers=["CPUExecutionProvider"])
        self.pictures = torch.randn(batch, 3, 224, 224).numpy()

    def begin(self, quantity):
        pictures = self.pictures if quantity == "inference" else self.pictures[:1].copy()
        return lambda: self.session.run(None, {"pictures": pictures})


def main():
    # Who stands still doesn't notice that nobody will ask any more.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # What libraries print goes to standard error: only answers may go to standard output.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    kind, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    peer = ONNXRuntime(batch, threads) if kind == "onnx" else PyTorch(kind, batch, threads)
    peak = None
    for quantity in peer.quantities:
        call = peer.begin(quantity)
        call()
        call()
        if quantity == "training":
            peak = peak_mebibytes()
    answers.write(json.dumps(
        {"software": peer.software, "quantities": peer.quantities, "peak": peak}) + "\n")
    for line in sys.stdin:
        quantity = line.strip()
        call = peer.begin(quantity)
        call()
        seconds = seconds_per_call(call)
        value = seconds * 1e3 if quantity == "latency" else batch / seconds
        answers.write(f"{value}\n")


if __name__ == "__main__":
    main()
