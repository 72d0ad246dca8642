"""Prints what TensorBoard finds in a folder of event files, as JSON.

    python3 read_events.py FOLDER        (needs tensorboard)
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()
scalars = {
    tag: [[event.step, event.value] for event in accumulator.Scalars(tag)] for tag in tags["scalars"]
}
texts = {
    tag: [
        [event.step, event.tensor_proto.string_val[0].decode()]
        for event in accumulator.Tensors(tag)
    ]
    for tag in tags["tensors"]
    if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "text"
}
json.dump({"scalars": scalars, "texts": texts}, sys.stdout)
