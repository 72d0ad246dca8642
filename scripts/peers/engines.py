"""What runs the network: PyTorch, OpenVINO, ONNX Runtime, ncnn and MNN.

Each class is made of a dictionary of settings (contenders.py says what stands there and why), the
folder of models.py and the pictures of this process, float32 (n, 3, 224, 224). `begin` returns what
is done over and over for a quantity: "training" learns all pictures once, "inference" returns the
logits of all pictures, "latency" those of the first one.
"""

import numpy

TRAINING, INFERENCE, LATENCY = "training", "inference", "latency"


class PyTorch:
    def __init__(self, settings, folder, pictures):
        import torch
        from torch import nn

        from models import network

        torch.set_num_threads(settings["threads"])
        self.torch = torch
        # Dropout of a training.
        torch.manual_seed(1)
        self.is_bfloat16 = settings["precision"] == "bfloat16"
        layout = getattr(torch, settings["layout"])
        self.model = network()
        self.model.load_state_dict(torch.load(folder / "weights.pt"))
        self.model.to(memory_format=layout)
        self.pictures = torch.from_numpy(pictures).to(memory_format=layout)
        self.labels = torch.arange(len(pictures)) % 2
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-4)
        self.loss = nn.CrossEntropyLoss(label_smoothing=0.01)
        # Each size of batch is compiled for itself: the fastest code.
        compiled = settings.get("compiled", False)
        self.run = torch.compile(self.model, dynamic=False) if compiled else self.model

    def precision(self):
        return self.torch.autocast("cpu", dtype=self.torch.bfloat16, enabled=self.is_bfloat16)

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        with self.precision():
            loss = self.loss(self.run(self.pictures), self.labels)
        loss.backward()
        self.optimizer.step()

    def infer(self, pictures):
        with self.torch.inference_mode(), self.precision():
            return self.run(pictures).float().numpy()

    def begin(self, quantity):
        self.model.train(quantity == TRAINING)
        if quantity == TRAINING:
            return self.train
        pictures = self.pictures[:1] if quantity == LATENCY else self.pictures
        return lambda: self.infer(pictures)


class InferenceEngine:
    """Takes the pictures in requests of `settings["request"]` pictures."""

    def __init__(self, settings, folder, pictures):
        self.settings, self.folder, self.pictures = settings, folder, pictures

    def requests(self, quantity):
        size = 1 if quantity == LATENCY else self.settings["request"]
        pictures = self.pictures[:1] if quantity == LATENCY else self.pictures
        if len(pictures) % size != 0:
            raise ValueError(f"{len(pictures)} pictures make no requests of {size}")
        return size, [
            numpy.ascontiguousarray(pictures[start:start + size])
            for start in range(0, len(pictures), size)]


class OpenVINO(InferenceEngine):
    def begin(self, quantity):
        import openvino

        size, requests = self.requests(quantity)
        core = openvino.Core()
        model = core.read_model(self.folder / "batch.onnx")
        # A model of fixed size is faster than one of any size.
        model.reshape([size, *self.pictures.shape[1:]])
        wanted = {"float32": "f32", "bfloat16": "bf16"}[self.settings["precision"]]
        compiled = core.compile_model(model, "CPU", {
            "PERFORMANCE_HINT": self.settings["hint"], "INFERENCE_PRECISION_HINT": wanted,
            "INFERENCE_NUM_THREADS": self.settings["threads"]})
        taken = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        if taken != wanted:
            raise RuntimeError(f"OpenVINO computes in {taken} here instead of {wanted}")
        inputs = [openvino.Tensor(request, shared_memory=True) for request in requests]
        if len(inputs) == 1:
            alone = compiled.create_infer_request()

            def infer():
                alone.infer({0: inputs[0]})
                return alone.get_output_tensor().data.copy()

            return infer
        # As many requests at a time as OpenVINO asks for.
        queue = openvino.AsyncInferQueue(compiled)
        logits = [None] * len(inputs)

        def keep(request, index):
            logits[index] = request.get_output_tensor().data.copy()

        queue.set_callback(keep)

        def infer_all():
            for index, tensor in enumerate(inputs):
                queue.start_async({0: tensor}, index)
            queue.wait_all()
            return numpy.concatenate(logits)

        return infer_all


class ONNXRuntime(InferenceEngine):
    def begin(self, quantity):
        import onnxruntime

        _, requests = self.requests(quantity)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.settings["threads"]
        session = onnxruntime.InferenceSession(
            str(self.folder / "batch.onnx"), options, providers=["CPUExecutionProvider"])
        return lambda: numpy.concatenate(
            [session.run(None, {"pictures": request})[0] for request in requests])


class NCNN(InferenceEngine):
    def begin(self, quantity):
        import ncnn

        _, requests = self.requests(quantity)
        precision = self.settings["precision"]
        net = ncnn.Net()
        net.opt.num_threads = self.settings["threads"]
        # What ncnn takes by itself is float16 for what lies in memory.
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = precision == "float16"
        net.opt.use_fp16_arithmetic = precision == "float16"
        net.opt.use_bf16_packed = net.opt.use_bf16_storage = precision == "bfloat16"
        for load, name in ((net.load_param, "param"), (net.load_model, "bin")):
            if load(str(self.folder / f"picture.ncnn.{name}")) != 0:
                raise RuntimeError(f"ncnn can't read picture.ncnn.{name}")

        def infer(request):
            extractor = net.create_extractor()
            extractor.input("in0", ncnn.Mat(request[0]))
            return numpy.array(extractor.extract("out0")[1])

        return lambda: numpy.stack([infer(request) for request in requests])


class MNN(InferenceEngine):
    def begin(self, quantity):
        import MNN as mnn

        size, requests = self.requests(quantity)
        interpreter = mnn.Interpreter(str(self.folder / "batch.mnn"))
        # "low" computes the same as "high" on x86-64.
        session = interpreter.createSession({
            "backend": "CPU", "numThread": self.settings["threads"], "precision": "high"})
        shape = (size, *self.pictures.shape[1:])
        source = interpreter.getSessionInput(session)
        interpreter.resizeTensor(source, shape)
        interpreter.resizeSession(session)

        def tensor(values):
            return mnn.Tensor(
                values.shape, mnn.Halide_Type_Float, values, mnn.Tensor_DimensionType_Caffe)

        inputs = [tensor(request) for request in requests]
        found = tensor(numpy.zeros((size, 2), numpy.float32))

        def infer(values):
            source.copyFrom(values)
            interpreter.runSession(session)
            interpreter.getSessionOutput(session).copyToHostTensor(found)
            return numpy.array(found.getNumpyData())

        return lambda: numpy.concatenate([infer(values) for values in inputs])


ENGINES = {
    "pytorch": PyTorch, "openvino": OpenVINO, "onnxruntime": ONNXRuntime, "ncnn": NCNN, "mnn": MNN}
# The package of PyPI that an engine is.
PACKAGES = {
    "pytorch": "torch", "openvino": "openvino", "onnxruntime": "onnxruntime", "ncnn": "ncnn",
    "mnn": "MNN"}
