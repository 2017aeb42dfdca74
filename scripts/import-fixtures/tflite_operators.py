"""Writes packages/import/fixtures/tflite-operators.json.gz: one small file an operator, with what TensorFlow Lite makes of it.

python scripts/import-fixtures/tflite_operators.py  (needs tensorflow-cpu 2.21.0 and tf_keras 2.21.0)
"""

import base64
import os
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import flatbuffers
import numpy as np
import tensorflow as tf
import tf_keras
from tensorflow.lite.python import schema_py_generated as schema

from numbers_of import packed, wave, write

IMG, SEQ, VEC = (2, 5, 6, 4), (2, 6, 4), (2, 5)
W = lambda *shape, seed=0.7: tf.constant(wave(shape, seed, -0.5, 0.5))
codes = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
cases = []


def convert(build, shapes, types, settings, free):
    signature = [tf.TensorSpec((None, *shape[1:]) if free else shape, types.get(i, tf.float32), name=f"x{i}") for i, shape in enumerate(shapes)]
    function = tf.function(build, input_signature=signature).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    settings(converter)
    return converter.convert()


def edit(content, change):
    """Makes what the converter does not write."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    change(model)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def add(name, build, shapes=(IMG,), low=-1.0, types={}, change=None, expect=None, settings=lambda converter: None, tolerance=1e-5, free=False, content=None):
    content = content or convert(build, shapes, types, settings, free)
    if change:
        content = edit(content, change)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    used = {codes[max(one.builtinCode, one.deprecatedBuiltinCode)] for one in model.operatorCodes}
    data = [wave(shape, 0.11 + i, low, 1.0) for i, shape in enumerate(shapes)]
    data = [np.floor((d + 1) * 3).astype(types[i].as_numpy_dtype) if i in types else d for i, d in enumerate(data)]
    if expect is None:
        interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        for detail in interpreter.get_input_details():
            interpreter.resize_tensor_input(detail["index"], shapes[int(detail["name"].split("x")[1][0])])
        interpreter.allocate_tensors()
        for detail in interpreter.get_input_details():
            x = data[int(detail["name"].split("x")[1][0])]
            scale, zero = detail["quantization"]
            if scale > 0:
                x = np.round(x / scale + zero).astype(detail["dtype"])
            interpreter.set_tensor(detail["index"], x)
        interpreter.invoke()
        found = []
        for detail in interpreter.get_output_details():
            value = interpreter.get_tensor(detail["index"])
            scale, zero = detail["quantization"]
            found.append((value.astype(np.float32) - zero) * np.float32(scale) if value.dtype in (np.int8, np.uint8) else value)
    else:
        found = [np.asarray(expect(*data))]
    cases.append(
        {
            "name": name,
            "file": base64.b64encode(content).decode(),
            "operators": sorted(used),
            "inputs": [[list(shape), types.get(i, tf.float32).name] for i, shape in enumerate(shapes)],
            "low": low,
            "tolerance": tolerance,
            "outputs": [packed(one) for one in found],
        }
    )


def recoded(name):
    """The last operator becomes another one, without settings."""

    def change(model):
        operator = model.subgraphs[0].operators[-1]
        code = model.operatorCodes[operator.opcodeIndex]
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        operator.builtinOptionsType, operator.builtinOptions = 0, None

    return change




def squeezed(model):
    """The last operator, a reshape, becomes a squeeze of both sides."""
    recoded("SQUEEZE")(model)
    operator = model.subgraphs[0].operators[-1]
    operator.inputs = [operator.inputs[0]]
    operator.builtinOptionsType = schema.BuiltinOptions.SqueezeOptions
    operator.builtinOptions = schema.SqueezeOptionsT()
    operator.builtinOptions.squeezeDims = [1, 2]


conv = lambda x, filters=5, act=tf.nn.relu, **kw: act(tf.nn.bias_add(tf.nn.conv2d(x, W(3, 3, 4, filters), **{"strides": 2, "padding": "SAME", **kw}), W(filters)))
add("CONV_2D", conv)
add("CONV_2D relu6", lambda x: conv(x * 9.0, act=tf.nn.relu6))
add("CONV_2D relu n1", lambda x: conv(x * 9.0, act=lambda y: tf.maximum(-1.0, tf.minimum(y, 1.0))))
add("CONV_2D tanh", lambda x: conv(x, act=tf.nn.tanh))
add("CONV_2D dilated", lambda x: conv(x, strides=1, padding="VALID", dilations=2))
add("DEPTHWISE_CONV_2D", lambda x: tf.nn.relu6(tf.nn.depthwise_conv2d(x, W(3, 3, 4, 2), [1, 1, 1, 1], "SAME") + W(8)))
add("TRANSPOSE_CONV", lambda x: tf.nn.conv2d_transpose(x, W(3, 3, 3, 4), [2, 10, 12, 3], 2, "SAME") + W(3))
add("FULLY_CONNECTED", lambda x: tf.nn.relu(tf.matmul(x, W(5, 3)) + W(3)), [VEC])
add("FULLY_CONNECTED of sequences", lambda x: tf.einsum("abc,cd->abd", x, W(4, 3)) + W(3), [SEQ])
add("MAX_POOL_2D", lambda x: tf.nn.max_pool2d(x, 3, 2, "SAME"))
add("AVERAGE_POOL_2D", lambda x: tf.nn.avg_pool2d(x, (2, 3), 2, "SAME"))
add("ADD", lambda x, y: tf.nn.relu(conv(x, 4) + y), [IMG, (2, 3, 3, 4)])
add("SUB", lambda x, y: x - y, [IMG, IMG])
add("MUL", lambda x, y: tf.nn.relu6(x * y), [IMG, IMG])
add("DIV", lambda x: x / (W(4) + 2.0 + x * x))
add("CONCATENATION", lambda x, y: tf.concat([conv(x, 4), y], -1), [IMG, (2, 3, 3, 5)])
add("L2_NORMALIZATION", lambda x: tf.math.l2_normalize(x, -1))
add("BATCH_MATMUL", lambda x, y: tf.matmul(x, y), [SEQ, (2, 4, 3)])
for name, f in {
    "LOGISTIC": tf.sigmoid, "TANH": tf.tanh, "RELU": lambda x: tf.nn.relu(tf.sin(x)), "RELU6": lambda x: tf.nn.relu6(tf.abs(x * 3.0)), "LEAKY_RELU": lambda x: tf.nn.leaky_relu(x, 0.3), "ELU": tf.nn.elu,
    "SOFTMAX": tf.nn.softmax, "LOG_SOFTMAX": tf.nn.log_softmax, "ABS": tf.abs, "NEG": tf.negative, "SIN": tf.sin, "COS": tf.cos, "EXP": tf.exp, "SQUARE": tf.square,
    "FLOOR": lambda x: tf.floor(x * 3.0), "CEIL": lambda x: tf.math.ceil(x * 3.0), "ROUND": lambda x: tf.round(x * 3.0), "SIGN": tf.sign,
    "HARD_SWISH": lambda x: x * tf.nn.relu6(x + 3.0) * (1.0 / 6.0), "GELU": lambda x: tf.nn.gelu(x),
}.items():
    add(name, lambda x: f(x * 4.0))
add("GELU approximate", lambda x: tf.nn.gelu(x * 2.0, approximate=True))
for name, f in {"LOG": tf.math.log, "SQRT": tf.sqrt, "RSQRT": tf.math.rsqrt, "POW": lambda x: tf.pow(x, W(4) + 2.0)}.items():
    add(name, f, low=0.1)
add("RELU_N1_TO_1", lambda x: tf.nn.relu(x), change=recoded("RELU_N1_TO_1"), expect=lambda x: np.clip(x, -1, 1), low=-2.0)
add("RELU_0_TO_1", lambda x: tf.nn.relu(x), change=recoded("RELU_0_TO_1"), expect=lambda x: np.clip(x, 0, 1), low=-2.0)
add("ZEROS_LIKE", lambda x: tf.negative(x), change=recoded("ZEROS_LIKE"), expect=lambda x: 0 * x)
add("PRELU", lambda x: tf.nn.relu(x) + -tf.constant([[[0.1, 0.2, 0.3, 0.4]]]) * tf.nn.relu(-x))
add("SQUARED_DIFFERENCE", lambda x: tf.math.squared_difference(x, W(4)))
add("FLOOR_DIV", lambda x: tf.math.floordiv(x, tf.constant([0.3, 0.4, 0.5, -0.6])))
add("FLOOR_MOD", lambda x: tf.math.floormod(x, tf.constant([0.3, 0.4, 0.5, -0.6])))
add("MAXIMUM", lambda x, y: tf.maximum(x, y), [IMG, IMG])
add("MINIMUM", lambda x, y: tf.minimum(x, y), [IMG, IMG])
add("ADD_N", lambda x, y: tf.raw_ops.AddN(inputs=[x, y, x]), [IMG, IMG])
for name, f in {"EQUAL": tf.equal, "NOT_EQUAL": tf.not_equal, "LESS": tf.less, "LESS_EQUAL": tf.less_equal, "GREATER": tf.greater, "GREATER_EQUAL": tf.greater_equal}.items():
    add(name, lambda x, y: tf.cast(f(tf.floor(x * 3.0), tf.floor(y * 3.0)), tf.float32), [IMG, IMG])
add("LOGICAL_AND", lambda x, y: tf.cast(tf.logical_and(x > 0.0, y > 0.0), tf.float32), [IMG, IMG])
add("LOGICAL_OR", lambda x, y: tf.cast(tf.logical_or(x > 0.0, y > 0.0), tf.float32), [IMG, IMG])
add("LOGICAL_NOT", lambda x: tf.cast(tf.logical_not(tf.logical_and(x > 0.1, x < 0.5)), tf.float32))
add("CAST", lambda x: tf.cast(tf.cast(x * 4.0, tf.int32), tf.float32))
add("CAST of pictures", lambda x: conv(tf.cast(x, tf.float32)), types={0: tf.uint8})
add("SELECT", lambda x, y: tf.raw_ops.Select(condition=x > 0.0, x=x, y=y), [IMG, IMG])
add("SELECT_V2", lambda x, y: tf.where(x > 0.0, x, tf.reduce_sum(y, -1, keepdims=True)), [IMG, IMG])
add("LOCAL_RESPONSE_NORMALIZATION", lambda x: tf.nn.lrn(x, 2, 1.0, 0.1, 0.75))
add("MEAN", lambda x: tf.reduce_mean(conv(x), [1, 2]))
add("SUM", lambda x: tf.reduce_sum(x, -1, keepdims=True))
add("REDUCE_MAX", lambda x: tf.reduce_max(x, [1]))
add("REDUCE_MIN", lambda x: tf.reduce_min(x, [2]))
add("REDUCE_PROD", lambda x: tf.reduce_prod(x, [-1]))
add("ARG_MAX", lambda x: tf.cast(tf.argmax(x, -1), tf.float32))
add("ARG_MIN", lambda x: tf.cast(tf.argmin(x, -1), tf.float32))
add("CUMSUM", lambda x: tf.cumsum(x, 1, exclusive=True))
add("TOPK_V2", lambda x: tf.math.top_k(x, 3)[0], [VEC])
add("RESIZE_BILINEAR", lambda x: tf.image.resize(x, [9, 15]))
add("RESIZE_BILINEAR aligned", lambda x: tf.compat.v1.image.resize_bilinear(x, [9, 15], align_corners=True))
add("RESIZE_NEAREST_NEIGHBOR", lambda x: tf.image.resize(x, [10, 18], "nearest"))
add("RESHAPE", lambda x: tf.reshape(conv(x), [2, 45]))
add("SQUEEZE", lambda x: tf.reshape(tf.nn.max_pool2d(x, (5, 6), 1, "VALID"), [2, 4]), change=squeezed, expect=lambda x: x.max((1, 2)))
add("EXPAND_DIMS", lambda x: tf.expand_dims(x, -2), free=True)
add("TRANSPOSE", lambda x: tf.transpose(x, [0, 2, 1, 3]))
add("PAD", lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]))
add("PADV2", lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], constant_values=-2.0))
add("MIRROR_PAD", lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], "REFLECT"))
add("SLICE", lambda x: tf.slice(x, [0, 1, 0, 2], [-1, 3, -1, 2]))
add("STRIDED_SLICE", lambda x: x[:, 1:-1, ::2, 1])
add("SPLIT", lambda x: tf.split(x, 3, 2)[1] * 2.0)
add("SPLIT_V", lambda x: tf.split(x, [1, 3], -1)[1] * 2.0)
add("PACK", lambda x, y: tf.stack([x, y], 2), [SEQ, SEQ])
add("UNPACK", lambda x: tf.unstack(x, axis=1)[2] * 2.0, [SEQ])
add("GATHER", lambda x: tf.gather(x, [2, 0], axis=2))
add("GATHER_ND", lambda x: tf.gather_nd(x, [[0, 1], [1, 2]]))
add("TILE", lambda x: tf.tile(x, [1, 2, 1, 3]))
add("BROADCAST_TO", lambda x: tf.broadcast_to(x, [3, 2, 6, 4]), [SEQ])
add("REVERSE_V2", lambda x: tf.reverse(x, [1]))
add("DEPTH_TO_SPACE", lambda x: tf.nn.depth_to_space(x, 2), [(2, 3, 4, 8)])
add("SPACE_TO_DEPTH", lambda x: tf.nn.space_to_depth(x, 2), [(2, 4, 6, 3)])
add("SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND", lambda x: tf.raw_ops.BatchToSpaceND(input=tf.nn.relu(tf.nn.conv2d(tf.raw_ops.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[2, 3], [2, 2]]), W(3, 3, 4, 5), 1, "VALID")), block_shape=[2, 2], crops=[[0, 1], [0, 0]]))
add("SHAPE", lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0], -1, 4])), free=True)
add("FILL", lambda x: x * tf.fill([tf.shape(x)[0], 5, 6, 4], 2.5), free=True)
add("ONE_HOT", lambda x: tf.one_hot(x, 7, 2.0, -1.0), [(2, 4)], types={0: tf.int32})
add("EMBEDDING", lambda x: tf.gather(W(7, 3), x), [(2, 4)], types={0: tf.int32})


def recurrent(folder):
    """The converter knows an LSTM only in a SavedModel of Keras 2."""
    x = tf_keras.Input(batch_shape=SEQ, name="x0")
    model = tf_keras.Model(x, tf_keras.layers.LSTM(3, return_sequences=True)(x))
    for i, w in enumerate(model.weights):
        w.assign(wave(w.shape, 0.1 + 0.7 * i, -0.5, 0.5))
    model.save(folder, save_format="tf")
    return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


with tempfile.TemporaryDirectory() as folder:
    add("UNIDIRECTIONAL_SEQUENCE_LSTM", None, [SEQ], content=recurrent(folder))


def sparse(model):
    """The weights, of which every second row is zero, as compressed rows behind a DENSIFY."""
    graph = model.subgraphs[0]
    operator = graph.operators[0]
    old = graph.tensors[operator.inputs[1]]
    dense = np.frombuffer(bytes(model.buffers[old.buffer].data), np.float32).reshape(old.shape)
    segments, indices, values = [0], [], []
    for row in dense:
        places = np.nonzero(row)[0]
        indices += places.tolist()
        values += row[places].tolist()
        segments.append(len(indices))
    model.buffers[old.buffer].data = np.frombuffer(np.asarray(values, np.float32).tobytes(), np.uint8)
    rows, columns = schema.DimensionMetadataT(), schema.DimensionMetadataT()
    rows.format, rows.denseSize = schema.DimensionType.DENSE, dense.shape[0]
    columns.format = schema.DimensionType.SPARSE_CSR
    columns.arraySegmentsType = columns.arrayIndicesType = schema.SparseIndexVector.Int32Vector
    columns.arraySegments, columns.arrayIndices = schema.Int32VectorT(), schema.Int32VectorT()
    columns.arraySegments.values, columns.arrayIndices.values = segments, indices
    old.sparsity = schema.SparsityParametersT()
    old.sparsity.traversalOrder, old.sparsity.blockMap, old.sparsity.dimMetadata = [0, 1], [], [rows, columns]
    made = schema.TensorT()
    made.shape, made.type, made.buffer, made.name = old.shape, old.type, 0, b"dense"
    graph.tensors.append(made)
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DENSIFY
    code.version = 1
    model.operatorCodes.append(code)
    densify = schema.OperatorT()
    densify.opcodeIndex, densify.inputs, densify.outputs = len(model.operatorCodes) - 1, [int(operator.inputs[1])], [len(graph.tensors) - 1]
    graph.operators.insert(0, densify)
    operator.inputs = [operator.inputs[0], len(graph.tensors) - 1, *operator.inputs[2:]]


half = wave((5, 6), 0.7, -0.5, 0.5) * (np.arange(6) % 2).astype(np.float32)
add("DENSIFY", lambda x: tf.matmul(x, tf.constant(half)) + W(6), [VEC], change=sparse, expect=lambda x: x @ half + wave((6,), 0.7, -0.5, 0.5))


def of_halves(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]


def of_bytes(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([wave(IMG, 0.3 * i, -1.0, 1.0)] for i in range(8))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]


def of_bytes_throughout(converter):
    of_bytes(converter)
    converter.inference_input_type = converter.inference_output_type = tf.int8


deep = lambda x: tf.nn.softmax(tf.matmul(tf.reduce_mean(tf.nn.relu6(tf.nn.depthwise_conv2d(conv(x, 8), W(3, 3, 8, 1), [1, 1, 1, 1], "SAME") + W(8)), [1, 2]), W(8, 3)))
add("float16 DEQUANTIZE", deep, settings=of_halves, tolerance=1e-3)
add("int8 QUANTIZE", deep, settings=of_bytes, tolerance=0.02)
add("int8 TRANSPOSE_CONV", lambda x: tf.nn.conv2d_transpose(x, W(3, 3, 3, 4), [2, 10, 12, 3], 2, "SAME") + W(3), settings=of_bytes, tolerance=0.02)
add("TRANSPOSE_CONV of a free batch", lambda x: tf.nn.conv2d_transpose(x, W(3, 3, 3, 4), tf.stack([tf.shape(x)[0], 10, 12, 3]), 2, "SAME"), free=True)
add("int8 throughout", lambda x: conv(x, 8), settings=of_bytes_throughout, tolerance=0.02)

write("tflite-operators.json.gz", cases)
