"""Makes golden.tfevents: the events of TensorBoardTests, written by TensorBoard's own code.

    python3 make_fixtures.py        (needs tensorboard; made with 2.21.0)
"""

import pathlib

from tensorboard.compat.proto import (
    event_pb2,
    summary_pb2,
    tensor_pb2,
    tensor_shape_pb2,
    types_pb2,
)
from tensorboard.summary.writer.record_writer import RecordWriter

Value = summary_pb2.Summary.Value


def event(wall_time, step=0, **content):
    return event_pb2.Event(wall_time=wall_time, step=step, **content)


def summary(*values):
    return summary_pb2.Summary(value=values)


text = Value(
    tag="configuration",
    tensor=tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING,
        tensor_shape=tensor_shape_pb2.TensorShapeProto(
            dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]
        ),
        string_val=["epochs: 20 – é\n".encode() * 20],
    ),
    metadata=summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    ),
)
start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
events = [
    event(1700000000.25, file_version="brain.Event:2"),
    event(1700000001.25, 121, session_log=start),
    event(1700000002.25, summary=summary(Value(tag="train/loss", simple_value=0.0))),
    event(
        1700000003.25,
        300,
        summary=summary(
            Value(tag="train/loss", simple_value=0.693147),
            Value(tag="learning rate", simple_value=-1e-30),
            Value(tag="é", simple_value=float("inf")),
        ),
    ),
    event(1700000004.25, 1 << 40, summary=summary(text)),
]

path = pathlib.Path(__file__).parent / "golden.tfevents"
with open(path, "wb") as file:
    writer = RecordWriter(file)
    for each in events:
        writer.write(each.SerializeToString())
print(path, path.stat().st_size, "bytes")
