"""EfficientNet-Lite0 as an ONNX graph, built from the PyTorch weights without PyTorch.

Architecture: Tan and Le 2019 (EfficientNet-B0's table) in the Lite variant: no squeeze-and-excitation, ReLU6 in place
of swish, TensorFlow's SAME padding. Batch normalisation is folded into the convolutions.

The graph takes `images`, float32 (n, 3, 224, 224), and gives `features` (n, 1280), `logits` (n, 1000; ImageNet's
classes) and three views (n, 768), not of unit length:

- `projected`: the features;
- `material`: how strongly and how unevenly each of 672 patterns of middle size answers over the picture (mean and
  deviation after block 9's depthwise convolution): what it is made of, wherever it lies and hardly of what colour;
- `style`: the same of two earlier layers (block 7's depthwise convolution, block 5's output), which answer to edges,
  grain, light and flatness more than to things.

Both measure against ImageNet: batch normalisation has kept each channel's mean and deviation over it. Layers were
chosen by retrieval (tests/accuracy/views.py). Every view is multiplied by `projection.orthonormal_matrix`.
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
_LEAST_SCALE = 0.02  # a channel that training switched off must not be blown up
_LOG_OFFSET = 0.05  # of ImageNet's deviation: bounds the logarithm for channels that are even over the picture
_OPSET = 17
_IR_VERSION = 9

MATERIAL_STATISTICS = 2 * 672
STYLE_STATISTICS = 2 * 480 + 2 * 80

Weights = Mapping[str, NDArray[Any]]


class Projections(NamedTuple):
    """One matrix a view, each with 768 columns; rows as many as the view has statistics."""

    visual: NDArray[np.float64]  # (1280, 768)
    material: NDArray[np.float64]  # (1344, 768)
    style: NDArray[np.float64]  # (1120, 768)


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

    def statistics(self, conv: str, norm: str, *, logarithm: bool) -> str:
        """(n, 2 channels): mean and deviation over the picture of a convolution's output before its activation.

        In units of ImageNet's deviation, the mean from ImageNet's mean.
        """
        name, source = f"{conv}.statistics", f"{conv}.out"
        scale = np.maximum(np.abs(self.weights[f"{norm}.weight"]), _LEAST_SCALE)
        mean = self.node("ReduceMean", [source], f"{name}.mean", axes=[2, 3], keepdims=1)
        apart = self.node("Sub", [source, mean], f"{name}.apart")
        square = self.node("Mul", [apart, apart], f"{name}.square")
        spread = self.node("Sqrt", [self.node("ReduceMean", [square], f"{name}.variance", axes=[2, 3])], f"{name}.root")
        offset = self.constant(f"{name}.offset", self.weights[f"{norm}.bias"][:, None, None])
        unit = self.constant(f"{name}.scale", scale[:, None, None])
        level = self.node("Div", [self.node("Sub", [mean, offset], f"{name}.from"), unit], f"{name}.level")
        spread = self.node("Div", [spread, unit], f"{name}.spread")
        if logarithm:
            least = self.constant(f"{name}.least", np.array(_LOG_OFFSET))
            spread = self.node("Log", [self.node("Add", [spread, least], f"{name}.raised")], f"{name}.log")
        return self.node("Flatten", [self.node("Concat", [level, spread], f"{name}.both", axis=1)], name)

    def unit(self, source: str) -> str:
        """Rows at length 1: parts of a view that count alike."""
        length = self.node("ReduceL2", [source], f"{source}.length", axes=[1], keepdims=1)
        return self.node("Div", [source, length], f"{source}.unit")

    def block(self, source: str, name: str, stage: _Stage, *, first: bool) -> str:
        """Inverted residual: expand, depthwise, project; added to its input unless it is its stage's first."""
        out = source
        if stage.expand > 1:
            out = self.conv(out, f"{name}._expand_conv", f"{name}._bn0")
        stride = stage.stride if first else 1
        out = self.conv(out, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
        out = self.conv(out, f"{name}._project_conv", f"{name}._bn2", activate=False)
        return out if first else self.node("Add", [out, source], f"{name}.sum")


def build_model(weights: Weights, projections: Projections) -> bytes:
    """The serialised ONNX model; KeyError where a weight is missing."""
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
    views = {"projected": "features", "material": _describe_material(graph), "style": _describe_style(graph)}
    for (view, source), matrix in zip(views.items(), projections, strict=True):
        graph.node("MatMul", [source, graph.constant(f"{view}.projection", matrix)], view)
    return _serialize(graph, list(views), projections.visual.shape[1])


def _describe_material(graph: _Graph) -> str:
    return graph.statistics("_blocks.9._depthwise_conv", "_blocks.9._bn1", logarithm=False)


def _describe_style(graph: _Graph) -> str:
    middle = graph.unit(graph.statistics("_blocks.7._depthwise_conv", "_blocks.7._bn1", logarithm=True))
    early = graph.unit(graph.statistics("_blocks.5._project_conv", "_blocks.5._bn2", logarithm=True))
    return graph.node("Concat", [middle, early], "style.statistics", axis=1)


def _serialize(graph: _Graph, views: list[str], dimensions: int) -> bytes:
    def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    side = INPUT_SIDE_PIXELS
    made = helper.make_graph(
        graph.nodes,
        "efficientnet-lite0",
        [value("images", "n", 3, side, side)],
        [
            value("features", "n", FEATURES),
            value("logits", "n", CLASSES),
            *(value(view, "n", dimensions) for view in views),
        ],
        graph.initializers,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
