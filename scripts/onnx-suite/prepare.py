"""Writes what the onnx package's backend tests say, and central differences of them in float64, as lines of JSON.

    python prepare.py OUT.jsonl [PART OF A NAME]

The reference of a test is its own file with float64 in the place of its other floats, run by ONNX Runtime, or by
onnx.reference where ONNX Runtime has no such kernel; it counts where it gives the values of the file itself. Where there is
none, or it is slow, the file itself is run with larger steps.
"""

import base64
import json
import pathlib
import sys
import time
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)
FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)
NUMPY_FLOATS = (np.float32, np.float16, np.float64)
NEWEST_OPSET, NEWEST_IR = 26, 13
# seconds that one run of a reference may take
SLOW = 0.1
# inputs that stay float32 whatever the operator's type is
SINGLE = {"Resize": (2,), "Upsample": (1,)}
KINDS = ("simple", "pytorch-operator", "pytorch-converted")


def tests():
    """Kind, name, model and inputs of every test: those of nodes are made by the package, the others are files."""
    for case in sorted(collect_testcases(None), key=lambda one: one.name):
        if case.model is not None:
            yield "node", case.name, lambda case=case: (case.model, list(case.data_sets[0][0]))
    data = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
    for kind in KINDS:
        for folder in sorted((data / kind).iterdir()):
            if (folder / "model.onnx").exists():
                yield kind, folder.name, lambda folder=folder: read_test(folder)


def read_test(folder):
    files = sorted((folder / "test_data_set_0").glob("input_*.pb"), key=lambda file: int(file.stem.split("_")[1]))
    model = onnx.load(str(folder / "model.onnx"))
    types = [one.type.WhichOneof("value") for one in model.graph.input]
    if any(one != "tensor_type" for one in types):
        return model, [None] * len(files)
    return model, [numpy_helper.to_array(onnx.load_tensor(str(file))) for file in files]


def name_inputs(model, inputs):
    initialized = {one.name for one in model.graph.initializer}
    names = [one.name for one in model.graph.input if one.name not in initialized]
    if len(names) < len(inputs):
        names = [one.name for one in model.graph.input]
    return {name: np.asarray(one) for name, one in zip(names, inputs)}


def to_double_tensor(tensor):
    if tensor.data_type in FLOATS:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))


def to_double_graph(graph, kept):
    for node in graph.node:
        kept.update(node.input[i] for i in SINGLE.get(node.op_type, ()) if i < len(node.input))
    for tensor in graph.initializer:
        if tensor.name not in kept:
            to_double_tensor(tensor)
    for port in [*graph.input, *graph.output, *graph.value_info]:
        tensor_type = port.type.tensor_type
        if port.name not in kept and tensor_type.elem_type in FLOATS:
            tensor_type.elem_type = TensorProto.DOUBLE
    to_double_nodes(graph.node, kept)


def to_double_nodes(nodes, kept):
    for node in nodes:
        for attribute in list(node.attribute):
            if attribute.name in ("to", "dtype", "output_dtype") and attribute.i in FLOATS:
                attribute.i = TensorProto.DOUBLE
            if attribute.HasField("g"):
                to_double_graph(attribute.g, kept)
            if attribute.HasField("t") and not set(node.output) & kept:
                to_double_tensor(attribute.t)
            if node.op_type == "Constant" and attribute.name in ("value_float", "value_floats") and not set(node.output) & kept:
                values = attribute.f if attribute.name == "value_float" else list(attribute.floats)
                node.attribute.remove(attribute)
                node.attribute.append(onnx.helper.make_attribute("value", numpy_helper.from_array(np.array(values, np.float64))))


def to_double(model):
    double, kept = onnx.ModelProto(), set()
    double.CopyFrom(model)
    to_double_graph(double.graph, kept)
    for function in double.functions:
        to_double_nodes(function.node, kept)
    return double, kept


def open_runtime(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda names, feeds: dict(zip(names, session.run(names, feeds)))


def open_reference(model):
    evaluator = ReferenceEvaluator(model)
    return lambda names, feeds: dict(zip(names, evaluator.run(names, feeds)))


def is_same(a, b, tolerance):
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        return False
    largest = np.max(np.abs(b[np.isfinite(b)]), initial=0)
    return np.allclose(a, b, rtol=0, atol=tolerance * (1 + largest), equal_nan=True)


def find_double(model, names, feeds, expected):
    """What runs the model in float64, its inputs, and whether it is only float32 in truth."""
    double, kept = to_double(model)
    wide = {name: one.astype(np.float64) if one.dtype in NUMPY_FLOATS and name not in kept else one for name, one in feeds.items()}
    tolerance = 1e-2 if any(one.dtype == np.float16 for one in feeds.values()) else 1e-4
    for opener in (open_runtime, open_reference):
        try:
            run = opener(double)
            began = time.perf_counter()
            results = run(names, wide)
            is_slow = time.perf_counter() - began > SLOW
            if not is_slow and all(results[name].dtype == np.float64 and is_same(results[name], expected[name], tolerance) for name in names):
                return run, wide, False
        except Exception:  # a kernel that is not there is said in many ways
            continue
    single = open_runtime(model)

    def run(names, given):
        results = single(names, {name: np.asarray(one).astype(feeds[name].dtype) for name, one in given.items()})
        return {name: one.astype(np.float64) for name, one in results.items()}

    return run, wide, True


def directions(x, rng, elements=6):
    yield rng.standard_normal(x.shape) / np.sqrt(max(1, x.size))
    for at in rng.permutation(x.size)[:elements]:
        v = np.zeros(x.size)
        v[at] = 1
        yield v.reshape(x.shape)


def differences(run, names, feeds, wrt, cotangents, rng, step):
    """For each direction: v, and by output the slope of <cotangent, output> and how unsure it is."""
    x = feeds[wrt]

    def at(v, by):
        results = run(names, {**feeds, wrt: np.asarray(x + by * v)})
        return np.array([np.sum(np.where(np.isfinite(results[n]), results[n], 0) * cotangents[n]) for n in names])

    rows = []
    here = at(np.zeros(x.shape), 0)
    for v in directions(x, rng):
        far, near = [(at(v, h), at(v, -h)) for h in (step, step / 4)]
        wide, slope = (far[0] - far[1]) / (2 * step), (near[0] - near[1]) / (step / 2)
        sides = np.abs(near[0] + near[1] - 2 * here) / (step / 4)
        rows.append((v, slope, np.maximum(np.abs(wide - slope), sides / 4)))
    return rows


def pack(array):
    array = np.asarray(array)
    return {"dtype": array.dtype.name, "shape": list(array.shape), "base64": base64.b64encode(array.tobytes()).decode()}


def prepare(kind, name, read):
    record = {"kind": kind, "name": name}
    model, inputs = read()
    if any(one is None or isinstance(one, (list, dict)) for one in inputs):
        return {**record, "skip": "a sequence or an optional"}
    feeds = name_inputs(model, inputs)
    if any(one.dtype == object or one.dtype.name not in "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split() for one in feeds.values()):
        return {**record, "skip": "strings, or numbers that JavaScript has no arrays of"}
    floats = [name for name, one in feeds.items() if one.dtype in NUMPY_FLOATS]
    if not floats:
        return {**record, "skip": "no floating-point input"}
    outputs = [one.name for one in model.graph.output if one.type.WhichOneof("value") == "tensor_type"]
    opset = next((one for one in model.opset_import if one.domain == ""), None)
    if opset is not None and opset.version > NEWEST_OPSET:
        opset.version, record["lowered"] = NEWEST_OPSET, True
    try:
        expected = open_runtime(model)(outputs, feeds)
    except Exception as error:
        return {**record, "skip": "ONNX Runtime does not run it", "why": str(error)[:200]}
    model.ir_version = min(model.ir_version, NEWEST_IR)
    record["model"] = base64.b64encode(model.SerializeToString()).decode()
    record["feeds"] = {name: pack(one) for name, one in feeds.items()}
    record["outputs"] = {name: pack(one) for name, one in expected.items() if one.dtype in NUMPY_FLOATS}
    names = list(record["outputs"])
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    cotangents = {name: rng.standard_normal(expected[name].shape) for name in names}
    record["cotangents"] = {name: pack(one.astype(expected[name].dtype)) for name, one in cotangents.items()}
    cotangents = {name: one.astype(expected[name].dtype).astype(np.float64) for name, one in cotangents.items()}
    record["derivatives"] = []
    if not names:
        return record
    run, wide, coarse = find_double(model, names, feeds, expected)
    record["coarse"] = coarse
    if coarse and any(one.dtype == np.float16 for one in feeds.values()):
        return record
    for wrt in floats:
        if wide[wrt].dtype != np.float64 or wide[wrt].size == 0:
            continue
        try:
            rows = differences(run, names, wide, wrt, cotangents, rng, 2e-2 if coarse else 1e-4)
        except Exception:
            continue
        for i, of in enumerate(names):
            compared = [{"v": pack(v), "slope": float(slope[i]), "doubt": float(doubt[i])} for v, slope, doubt in rows if np.isfinite(slope[i])]
            record["derivatives"].append({"of": of, "wrt": wrt, "rows": compared})
    return record


def main():
    out, part = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    with open(out, "w") as file:
        for kind, name, read in tests():
            if part not in name:
                continue
            try:
                record = prepare(kind, name, read)
            except Exception as error:  # one test must not end all
                why = f"{type(error).__name__}: {error}"[:200]
                record = {"kind": kind, "name": name, "skip": "the reference failed", "why": why}
            file.write(json.dumps(record) + "\n")
            file.flush()


main()
