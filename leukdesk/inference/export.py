"""Export a network to `model.tflite`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from leukdesk.inference.graph import full_graph, label_graph

if TYPE_CHECKING:
    from leukdesk.architectures.registry import Network


def export_litert(network: Network, *, input_size: int, label_only: bool = False) -> bytes:
    """The network's graph with batch 1 as LiteRT float32; `label_only` leaves out maps and embedding.

    Variables are frozen to constants first: unfrozen they stay resource variables that no kernel can be fused with
    (docs/decisions/0006).
    """
    make = label_graph if label_only else full_graph
    concrete = make(network, input_size=input_size, batch=1).get_concrete_function()
    frozen: Any = convert_variables_to_constants_v2(concrete)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converted: bytes = converter.convert()
    return converted
