"""EfficientNet-Lite0 as an ONNX graph, built from the PyTorch weights without PyTorch.

Architecture: Tan and Le 2019 (EfficientNet-B0's table) in the Lite variant: no squeeze-and-excitation, ReLU6 in place
of swish, TensorFlow's SAME padding. Batch normalisation is folded into the convolutions.

The graph takes `images`, float32 (n, 3, 224, 224), and gives `features` (n, 1280), `logits` (n, 1000; ImageNet's
classes) and `projected` (n, 768: the features times `projection.orthonormal_matrix`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

INPUT_SIDE_PIXELS = 224
FEATURES = 1280
CLASSES = 1000
_BATCH_NORM_EPSILON = 1e-3  # TensorFlow's value, with which the weights were trained
_OPSET = 17
_IR_VERSION = 9

Weights = Mapping[str, NDArray[Any]]


class _Stage(NamedTuple):
    kernel: int
    stride: int  # of the stage's first block; the others have 1
    expand: int
    blocks: int


_STAGES = (
    _Stage(3, 1, 1, 1),
    _Stage(3, 2, 6, 2),
    _Stage(5, 2, 6, 2),
    _Stage(3, 2, 6, 3),
    _Stage(5, 1, 6, 3),
    _Stage(5, 2, 6, 4),
    _Stage(3, 1, 6, 1),
)


class _Graph:
    """Collects nodes and initialisers; every method returns the name of its output."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = [
            numpy_helper.from_array(np.array(0.0, np.float32), "zero"),
            numpy_helper.from_array(np.array(6.0, np.float32), "six"),
        ]

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def conv(self, source: str, conv: str, norm: str, *, stride: int = 1, activate: bool = True) -> str:
        """Convolution with its batch normalisation folded in, then ReLU6 unless `activate` is False."""
        kernel = self.weights[f"{conv}.weight"].astype(np.float64)
        mean, variance = self.weights[f"{norm}.running_mean"], self.weights[f"{norm}.running_var"]
        scale = self.weights[f"{norm}.weight"] / np.sqrt(variance.astype(np.float64) + _BATCH_NORM_EPSILON)
        inputs = [
            source,
            self.constant(f"{conv}.kernel", kernel * scale[:, None, None, None]),
            self.constant(f"{conv}.bias", self.weights[f"{norm}.bias"] - mean * scale),
        ]
        # A depthwise kernel has one input channel; its groups are its output channels.
        groups = kernel.shape[0] if kernel.shape[1] == 1 else 1
        out = self.node("Conv", inputs, f"{conv}.out", group=groups, strides=[stride, stride], auto_pad="SAME_UPPER")
        return self.node("Clip", [out, "zero", "six"], f"{conv}.relu6") if activate else out

    def block(self, source: str, name: str, stage: _Stage, *, first: bool) -> str:
        """Inverted residual: expand, depthwise, project; added to its input unless it is its stage's first."""
        out = source
        if stage.expand > 1:
            out = self.conv(out, f"{name}._expand_conv", f"{name}._bn0")
        stride = stage.stride if first else 1
        out = self.conv(out, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
        out = self.conv(out, f"{name}._project_conv", f"{name}._bn2", activate=False)
        return out if first else self.node("Add", [out, source], f"{name}.sum")


def build_model(weights: Weights, projection: NDArray[np.float64]) -> bytes:
    """The serialised ONNX model; KeyError where a weight is missing. `projection` is (1280, 768)."""
    graph = _Graph(weights)
    out = graph.conv("images", "_conv_stem", "_bn0", stride=2)
    index = 0
    for stage in _STAGES:
        for position in range(stage.blocks):
            out = graph.block(out, f"_blocks.{index}", stage, first=position == 0)
            index += 1
    out = graph.conv(out, "_conv_head", "_bn1")
    graph.node("ReduceMean", [out], "features", axes=[2, 3], keepdims=0)
    classifier = [graph.constant("fc.weight", weights["_fc.weight"]), graph.constant("fc.bias", weights["_fc.bias"])]
    graph.node("Gemm", ["features", *classifier], "logits", transB=1)
    graph.node("MatMul", ["features", graph.constant("projection", projection)], "projected")
    return _serialize(graph, projection.shape[1])


def _serialize(graph: _Graph, projected: int) -> bytes:
    def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    side = INPUT_SIDE_PIXELS
    made = helper.make_graph(
        graph.nodes,
        "efficientnet-lite0",
        [value("images", "n", 3, side, side)],
        [value("features", "n", FEATURES), value("logits", "n", CLASSES), value("projected", "n", projected)],
        graph.initializers,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
