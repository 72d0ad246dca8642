"""Writes expected outputs of the three MTCNN networks, computed by PyTorch.

    pip install torch numpy facenet-pytorch==2.6.0
    python Tests/Fixtures/mtcnn/make_fixtures.py

The weights are those in the facenet-pytorch wheel. Inputs are not stored: the value at the flat
index i of the NCHW array is ((i * 7919 + 13) % 255 - 127.5) / 128, exact in float32.
`reg` are the four box offsets, `prob` is the softmax over (no face, face), `landmarks` are
x1..x5, y1..y5. All arrays are row-major; RNet and ONet outputs are one row per input.
"""

import json
import pathlib

import torch
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet

INPUTS = {"pnet": (1, 3, 17, 23), "rnet": (2, 3, 24, 24), "onet": (2, 3, 48, 48)}
NETWORKS = {"pnet": PNet, "rnet": RNet, "onet": ONet}
OUTPUTS = {
    "pnet": ("reg", "prob"),
    "rnet": ("reg", "prob"),
    "onet": ("reg", "landmarks", "prob"),
}


def synthetic_input(shape):
    index = torch.arange(torch.Size(shape).numel(), dtype=torch.int64)
    return (((index * 7919 + 13) % 255).to(torch.float32) - 127.5).div(128).reshape(shape)


def array(tensor):
    values = [float(f"{value:.8g}") for value in tensor.flatten().tolist()]
    return {"shape": list(tensor.shape), "values": values}


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    networks = {}
    for name, network in NETWORKS.items():
        model = network(pretrained=True).eval()
        with torch.inference_mode():
            outputs = model(synthetic_input(INPUTS[name]))
        networks[name] = {"input_shape": list(INPUTS[name])}
        networks[name].update(
            {key: array(value) for key, value in zip(OUTPUTS[name], outputs)}
        )
    document = {
        "input": "((i * 7919 + 13) % 255 - 127.5) / 128, i = flat NCHW index",
        "weights": "facenet-pytorch 2.6.0",
        "networks": networks,
    }
    path = pathlib.Path(__file__).with_name("expected_outputs.json")
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
