"""What the network of a file computes in float64, by the evaluator of the onnx package: python exact.py MODEL FEEDS.json OUTPUT RESULT"""

import json
import pathlib
import sys
import warnings

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

warnings.simplefilter("ignore")


def widen_tensor(one):
    if one.data_type == TensorProto.FLOAT:
        one.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(one).astype(np.float64), one.name))


def widen(graph):
    for one in graph.initializer:
        widen_tensor(one)
    for one in [*graph.input, *graph.output, *graph.value_info]:
        if one.type.tensor_type.elem_type == TensorProto.FLOAT:
            one.type.tensor_type.elem_type = TensorProto.DOUBLE
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.TENSOR:
                widen_tensor(attribute.t)
            if attribute.type == AttributeProto.GRAPH:
                widen(attribute.g)
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE


class GatherElements(OpRun):
    """The package's own takes at most 64 elements along an axis."""

    def _run(self, data, indices, axis=0):
        return (np.take_along_axis(data, indices, axis),)


def read_array(one):
    array = np.fromfile(one["file"], one["dtype"]).reshape(one["shape"])
    return array.astype(np.float64) if array.dtype == np.float32 else array


def main():
    file, feeds, output, result = sys.argv[1:]
    model = onnx.load(file)
    widen(model.graph)
    if output not in [one.name for one in model.graph.output]:
        model.graph.output.append(onnx.ValueInfoProto(name=output))
    given = json.loads(pathlib.Path(feeds).read_text())
    (y,) = ReferenceEvaluator(model, new_ops=[GatherElements]).run([output], {name: read_array(one) for name, one in given.items()})
    np.ascontiguousarray(y.astype(np.float64)).tofile(result)


main()
