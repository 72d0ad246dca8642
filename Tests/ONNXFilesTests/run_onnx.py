"""Checks an ONNX model and runs it, for RuntimeTests.

run_onnx.py MODEL PICTURES: PICTURES holds three pictures, float32, (3, 3, size, size). Prints JSON:
names and shapes of input and output, and the logits of the pictures one by one and all at once.
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime

model, pictures = sys.argv[1:]
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
(source,), (result,) = session.get_inputs(), session.get_outputs()
batch = np.fromfile(pictures, np.float32).reshape(3, *source.shape[1:])


def logits(values):
    return session.run([result.name], {source.name: values})[0]


print(json.dumps({
    "input": [source.name, source.type, *map(str, source.shape)],
    "output": [result.name, result.type, *map(str, result.shape)],
    "single": [float(x) for picture in batch for x in logits(picture[None]).flatten()],
    "together": [float(x) for x in logits(batch).flatten()],
    "metadata": session.get_modelmeta().custom_metadata_map,
}))
