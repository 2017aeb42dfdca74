"""Writes packages/import/fixtures/tensorflow-ops.json.gz: one small graph an operation, with what TensorFlow makes of it.

python scripts/import-fixtures/tensorflow_ops.py  (needs tensorflow-cpu 2.21.0)
"""

import base64
import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import numpy as np
import tensorflow as tf

from numbers_of import packed, wave, write

tf1, R = tf.compat.v1, tf.raw_ops
IMG, SEQ, VEC = (2, 5, 6, 4), (2, 6, 4), (3, 5)
W = lambda *shape, seed=0.7: tf.constant(wave(shape, seed, -0.5, 0.5))
I = lambda *values: tf.constant(values, tf.int32)
S = lambda value: tf.constant(value, tf.int32)
cases = []


def add(name, build, shapes=(IMG,), low=-1.0, free=True, change=None, types=None):
    """`build` makes a graph of its inputs; `change` makes of its nodes what only TensorFlow.js has."""
    with tf.Graph().as_default() as graph:
        given = []
        for i, shape in enumerate(shapes):
            type_ = (types or {}).get(i, tf.float32)
            given.append(tf1.placeholder(type_, (None, *shape[1:]) if free else shape, name=f"x{i}"))
        result = build(*given)
        results = list(result) if isinstance(result, (list, tuple)) else [result]
        outputs = [tf.identity(one, name=f"out{i}") for i, one in enumerate(results)]
        data = [wave(shape, 0.11 + i, low, 1.0) for i, shape in enumerate(shapes)]
        feeds = {x: np.floor((d + 1) * 3).astype(x.dtype.as_numpy_dtype) if x.dtype.is_integer else d for x, d in zip(given, data)}
        with tf1.Session() as session:
            found = session.run(outputs, feeds)
        proto = graph.as_graph_def()
    if change:
        change(proto)
    cases.append(
        {
            "name": name,
            "graph": base64.b64encode(proto.SerializeToString()).decode(),
            "ops": sorted({node.op for node in proto.node}),
            "inputs": [[f"x{i}", list(shape), (types or {}).get(i, tf.float32).name] for i, shape in enumerate(shapes)],
            "low": low,
            "outputs": [packed(np.asarray(one)) for one in found],
        }
    )


def renamed(old, new, **drop):
    def change(proto):
        for node in proto.node:
            if node.op == old:
                node.op = new

    return change


conv = dict(strides=[1, 2, 2, 1], padding="SAME")
add("Conv2D", lambda x: R.Conv2D(input=x, filter=W(3, 3, 4, 5), **conv))
add("Conv2D dilated", lambda x: R.Conv2D(input=x, filter=W(2, 2, 4, 3), strides=[1, 1, 1, 1], padding="VALID", dilations=[1, 2, 2, 1]))
add("Conv2D explicit", lambda x: R.Conv2D(input=x, filter=W(3, 3, 4, 3), strides=[1, 1, 1, 1], padding="EXPLICIT", explicit_paddings=[0, 0, 1, 2, 0, 1, 0, 0]))
add("Conv2D groups", lambda x: R.Conv2D(input=x, filter=W(3, 3, 2, 6), strides=[1, 1, 1, 1], padding="SAME"))
add("Conv3D", lambda x: R.Conv3D(input=x, filter=W(2, 2, 2, 3, 2), strides=[1, 1, 1, 1, 1], padding="SAME"), [(2, 3, 4, 5, 3)])
add("DepthwiseConv2dNative", lambda x: R.DepthwiseConv2dNative(input=x, filter=W(3, 3, 4, 2), **conv))
add("Conv2DBackpropInput", lambda x: R.Conv2DBackpropInput(input_sizes=I(2, 10, 12, 3), filter=W(3, 3, 3, 4), out_backprop=x, **conv), free=False)
add("Conv2DBackpropInput of a free batch", lambda x: tf.nn.conv2d_transpose(x, W(3, 3, 3, 4), tf.stack([tf.shape(x)[0], 11, 13, 3]), [1, 2, 2, 1], "VALID"))
pool = dict(ksize=[1, 3, 3, 1], **conv)
add("MaxPool", lambda x: R.MaxPool(input=x, **pool))
add("AvgPool", lambda x: R.AvgPool(value=x, **pool))
pool3 = dict(ksize=[1, 2, 2, 2, 1], strides=[1, 1, 2, 2, 1], padding="SAME")
add("MaxPool3D", lambda x: R.MaxPool3D(input=x, **pool3), [(2, 3, 4, 5, 3)])
add("AvgPool3D", lambda x: R.AvgPool3D(input=x, **pool3), [(2, 3, 4, 5, 3)])
add("SpaceToBatchND BatchToSpaceND", lambda x: tf.nn.relu(R.BatchToSpaceND(input=tf.nn.conv2d(R.SpaceToBatchND(input=x, block_shape=I(2, 2), paddings=[[2, 3], [2, 2]]), W(3, 3, 4, 3), 1, "VALID"), block_shape=I(2, 2), crops=[[0, 1], [0, 0]])))
add("BiasAdd", lambda x: R.BiasAdd(value=R.Conv2D(input=x, filter=W(1, 1, 4, 3), strides=[1, 1, 1, 1], padding="SAME"), bias=W(3)))
add("BiasAdd of vectors", lambda x: R.BiasAdd(value=x, bias=W(5)), [VEC])
add("Pad", lambda x: R.Pad(input=x, paddings=[[0, 0], [1, 2], [0, 1], [0, 0]]))
add("PadV2", lambda x: R.PadV2(input=tf.nn.conv2d(x, W(1, 1, 4, 3), 1, "SAME"), paddings=[[0, 0], [1, 2], [0, 1], [0, 0]], constant_values=tf.constant(0.5)))
add("MirrorPad", lambda x: R.MirrorPad(input=x, paddings=[[0, 0], [1, 2], [0, 1], [0, 0]], mode="REFLECT"))
add("MirrorPad symmetric", lambda x: R.MirrorPad(input=x, paddings=[[0, 0], [1, 1], [0, 1], [0, 0]], mode="SYMMETRIC"))


def fused(old, new, ops, count):
    """Joins the node `old` with those behind it."""

    def change(proto):
        nodes = {node.name: node for node in proto.node}
        main = next(node for node in proto.node if node.op == old)
        chain, reads = [main.name], list(main.input)
        for _ in range(count):
            follower = next(node for node in proto.node if chain[-1] in node.input)
            reads += [one for one in follower.input if one != chain[-1]]
            chain.append(follower.name)
        main.op, main.attr["fused_ops"].list.s[:] = new, [op.encode() for op in ops]
        del main.input[:]
        main.input.extend(reads)
        for node in proto.node:
            for i, one in enumerate(node.input):
                if one == chain[-1]:
                    node.input[i] = main.name
        for name in chain[1:]:
            proto.node.remove(nodes[name])

    return change


add("_FusedConv2D", lambda x: tf.nn.relu(tf.nn.bias_add(R.Conv2D(input=x, filter=W(3, 3, 4, 5), **conv), W(5))), change=fused("Conv2D", "_FusedConv2D", ["BiasAdd", "Relu"], 2))
add("_FusedConv2D Relu6", lambda x: tf.nn.relu6(tf.nn.bias_add(R.Conv2D(input=9.0 * x, filter=W(3, 3, 4, 5), **conv), W(5))), change=fused("Conv2D", "_FusedConv2D", ["BiasAdd", "Relu6"], 2))
add("FusedDepthwiseConv2dNative", lambda x: tf.nn.elu(tf.nn.bias_add(R.DepthwiseConv2dNative(input=x, filter=W(3, 3, 4, 2), **conv), W(8))), change=fused("DepthwiseConv2dNative", "FusedDepthwiseConv2dNative", ["BiasAdd", "Elu"], 2))
add("_FusedMatMul", lambda x: tf.nn.relu(tf.nn.bias_add(tf.matmul(x, W(5, 3)), W(3))), [VEC], change=fused("MatMul", "_FusedMatMul", ["BiasAdd", "Relu"], 2))


def prelu(proto):
    """max(x, slope * x) as TensorFlow.js's Prelu."""
    node = next(node for node in proto.node if node.op == "Maximum")
    product = next(node for node in proto.node if node.op == "Mul")
    node.op = "Prelu"
    node.input[1] = product.input[1]
    proto.node.remove(product)


add("Prelu", lambda x: tf.maximum(x, R.Mul(x=x, y=tf.constant([0.1, 0.2, 0.3, 0.4]))), change=prelu)

add("MatMul", lambda x: R.MatMul(a=x, b=W(3, 5), transpose_b=True), [VEC])
add("MatMul transposed", lambda x: R.MatMul(a=x, b=W(3, 4), transpose_a=True), [VEC], free=False)
add("BatchMatMul", lambda x, y: R.BatchMatMul(x=x, y=y, adj_y=True), [SEQ, (2, 3, 4)])
add("BatchMatMulV2", lambda x, y: R.BatchMatMulV2(x=x, y=y), [SEQ, (2, 4, 3)])
add("Einsum", lambda x: R.Einsum(inputs=[x, W(4, 3)], equation="abc,cd->abd"), [SEQ])
bn = lambda op: lambda x: op(x=x, scale=W(4), offset=W(4, seed=1.0), mean=W(4, seed=2.0), variance=tf.constant([0.5, 1.0, 1.5, 2.0]), epsilon=0.001, is_training=False)[0]
for name in ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
    add(name, bn(getattr(R, name)))
add("LRN", lambda x: R.LRN(input=x, depth_radius=2, bias=1.0, alpha=0.1, beta=0.75))
add("L2Loss", lambda x: R.L2Loss(t=x))
for name in ("Mean", "Sum", "Max", "Min", "Prod"):
    add(name, lambda x: getattr(R, name)(input=x, axis=I(1, 2)))
add("Mean of channels first", lambda x: tf.reduce_mean(tf.nn.conv2d(x, W(3, 3, 4, 3), 1, "SAME"), [1, 2]))
add("Sum of an axis", lambda x: R.Sum(input=x, axis=I(-1), keep_dims=True))
add("Max of rows", lambda x: tf.reduce_max(tf.nn.conv2d(x, W(3, 3, 4, 3), 1, "SAME"), [1]))
for name in ("ArgMax", "ArgMin"):
    add(name, lambda x: tf.cast(getattr(R, name)(input=x, dimension=S(-1)), tf.float32))

for name in ("Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "SquaredDifference"):
    add(name, lambda x, y: getattr(R, name)(x=tf.nn.conv2d(x, W(1, 1, 4, 4), 1, "SAME"), y=y), [IMG, IMG])
add("Div", lambda x: R.Div(x=x, y=W(4)))
add("AddN", lambda x, y: R.AddN(inputs=[x, y, x]), [IMG, IMG])
add("DivNoNan", lambda x: R.DivNoNan(x=x, y=tf.constant([1.0, 0.0, 2.0, 0.0])))
add("FloorDiv", lambda x: R.FloorDiv(x=x, y=tf.constant([0.3, 0.4, 0.5, -0.6])))
add("FloorMod", lambda x: R.FloorMod(x=x, y=tf.constant([0.3, 0.4, 0.5, -0.6])))
add("FloorMod of whole numbers", lambda x: tf.cast(R.FloorMod(x=x, y=S(3)), tf.float32), types={0: tf.int32})
add("Pow", lambda x: R.Pow(x=x, y=tf.constant(2.0)), low=0.1)
for name in ("Square", "Sqrt", "Rsqrt", "Exp", "Log", "Log1p", "Sin", "Cos", "Abs", "Neg", "Floor", "Ceil", "Sign", "Reciprocal", "Inv", "Erf", "Sigmoid", "Tanh", "ZerosLike", "OnesLike"):
    add(name, lambda x: getattr(R, name)(x=x), low=0.1)
add("Round", lambda x: R.Round(x=x * 3.0))
for name in ("Relu", "Relu6", "Elu", "Selu", "Softplus", "Softsign"):
    add(name, lambda x: getattr(R, name)(features=x * 8.0))
add("LeakyRelu", lambda x: R.LeakyRelu(features=x, alpha=0.3))
for name in ("Softmax", "LogSoftmax"):
    add(name, lambda x: getattr(R, name)(logits=x))


def only_in_tflite(name):
    """What TensorFlow itself does not have, in the place of an identity."""

    def change(proto):
        node = next(node for node in proto.node if node.op == "Snapshot")
        node.op = name

    return (lambda x: R.Snapshot(input=x)), change


for name, compute in (("Gelu", tf.nn.gelu), ("HardSwish", lambda x: x * tf.nn.relu6(x + 3.0) / 6.0)):
    build, change = only_in_tflite(name)
    add(name, build, change=change, low=-2.0)
    data = wave(IMG, 0.11, -2.0, 1.0)
    cases[-1]["outputs"] = [packed(np.asarray(compute(data)))]
add("ClipByValue", lambda x: R.ClipByValue(t=x, clip_value_min=tf.constant(-0.5), clip_value_max=tf.constant(0.25)))
for name in ("Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"):
    add(name, lambda x, y: tf.cast(getattr(R, name)(x=tf.floor(x * 3.0), y=tf.floor(y * 3.0)), tf.float32), [IMG, IMG])
for name in ("LogicalAnd", "LogicalOr"):
    add(name, lambda x, y: tf.cast(getattr(R, name)(x=x > 0.0, y=y > 0.0), tf.float32), [IMG, IMG])
add("LogicalNot", lambda x: tf.cast(R.LogicalNot(x=x > 0.0), tf.float32))
add("Select", lambda x, y: R.Select(condition=tf.reduce_sum(x, [1, 2, 3]) > 0.0, x=x, y=y), [IMG, IMG])
add("SelectV2", lambda x, y: R.SelectV2(condition=x > 0.0, t=x, e=y), [IMG, IMG])
add("Cast", lambda x: tf.cast(tf.cast(x * 4.0, tf.int32), tf.float32) + tf.cast(tf.cast(x, tf.float16), tf.float32) * 0.0)
add("Cast of pictures", lambda x: tf.nn.conv2d(tf.cast(x, tf.float32) / 255.0, W(3, 3, 4, 5), 1, "SAME"), types={0: tf.uint8})
for name in ("Identity", "Snapshot", "StopGradient", "PreventGradient"):
    add(name, lambda x: getattr(R, name)(input=x * 2.0))
add("IdentityN", lambda x, y: sum(R.IdentityN(input=[x, y])), [IMG, IMG])
add("CheckNumerics", lambda x: R.CheckNumerics(tensor=x * 2.0, message=""))
add("EnsureShape", lambda x: R.EnsureShape(input=x * 2.0, shape=[None, 5, 6, 4]))
add("PlaceholderWithDefault", lambda x: x * R.PlaceholderWithDefault(input=tf.constant(3.0), shape=[]))


def read_variable(proto):
    for node in proto.node:
        if node.op == "Snapshot":
            node.op = "ReadVariableOp"


add("ReadVariableOp", lambda x: x * R.Snapshot(input=W(4)), change=read_variable)


def recurrent(x):
    """A loop of TensorFlow 1 over an array of steps."""
    tf1.disable_control_flow_v2()
    steps = tf1.TensorArray(tf.float32, 6).unstack(tf.transpose(x, [1, 0, 2]))

    def turn(t, h, seen):
        h = tf.tanh(tf.matmul(tf.concat([steps.read(t), h], 1), W(7, 3)))
        return t + 1, h, seen.write(t, h)

    _, _, seen = tf1.while_loop(lambda t, *_: t < 6, turn, [0, tf.zeros([2, 3]), tf1.TensorArray(tf.float32, 6)])
    tf1.enable_control_flow_v2()
    return tf.transpose(seen.stack(), [1, 0, 2]) * tf.cast(seen.size(), tf.float32)


add("loop of TensorFlow 1", recurrent, [SEQ], free=False)
add("FusedBatchNorm of its own", lambda x: R.FusedBatchNormV3(x=x, scale=W(4), offset=W(4, seed=1.0), mean=tf.zeros([0]), variance=tf.zeros([0]), epsilon=0.01, is_training=True).y)
add("Switch Merge", lambda x: R.Merge(inputs=[one * float(i + 2) for i, one in enumerate(R.Switch(data=x, pred=tf.constant(False)))])[0])

add("Shape Pack StridedSlice Reshape", lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0], tf.shape(x)[1] * 6, 4])))
add("Shape of free sizes", lambda x: tf.reshape(tf.nn.conv2d(x, W(1, 1, 4, 3), 1, "SAME"), tf.stack([tf.shape(x)[0], -1, 3])))
add("Reshape", lambda x: tf.reshape(tf.nn.conv2d(x, W(1, 1, 4, 3), 1, "SAME"), [-1, 90]))
add("Size", lambda x: x * tf.cast(R.Size(input=x), tf.float32), free=False)
add("Rank", lambda x: x * tf.cast(R.Rank(input=x), tf.float32))
add("Squeeze", lambda x: R.Squeeze(input=tf.reduce_mean(x, [1, 2], keepdims=True), axis=[1, 2]))
add("ExpandDims", lambda x: R.ExpandDims(input=x, axis=S(-2)))
add("Transpose", lambda x: R.Transpose(x=x, perm=I(0, 2, 1, 3)))
add("Transpose to channels first", lambda x: tf.transpose(tf.transpose(x, [0, 3, 1, 2]) * 2.0 + W(4, 1, 1), [0, 2, 3, 1]))
add("ConcatV2", lambda x, y: R.ConcatV2(values=[tf.nn.conv2d(x, W(1, 1, 4, 3), 1, "SAME"), y], axis=S(-1)), [IMG, IMG])
add("Concat", lambda x, y: R.Concat(concat_dim=S(1), values=[x, y]), [IMG, IMG])
add("Pack", lambda x, y: R.Pack(values=[x, y], axis=2), [SEQ, SEQ])
add("Unpack", lambda x: tf.add_n(R.Unpack(value=x, num=6, axis=1)), [SEQ])
add("Split", lambda x: R.Split(axis=S(2), value=x, num_split=3)[1])
add("SplitV", lambda x: R.SplitV(value=x, size_splits=I(1, -1), axis=S(-1), num_split=2)[1])
add("Slice", lambda x: R.Slice(input=x, begin=I(0, 1, 0, 2), size=I(-1, 3, -1, 2)))
add("StridedSlice", lambda x: x[:, 1:-1, ::2, 1])
add("StridedSlice back", lambda x: x[:, ::-1, ..., tf.newaxis, 1:3])
add("Tile", lambda x: R.Tile(input=x, multiples=I(1, 2, 1, 3)))
add("BroadcastTo", lambda x: R.BroadcastTo(input=x, shape=I(3, 2, 6, 4)), [SEQ], free=False)
add("Fill", lambda x: x * R.Fill(dims=I(6, 4), value=tf.constant(2.5)))
add("Range", lambda x: x * tf.cast(R.Range(start=S(1), limit=S(9), delta=S(2)), tf.float32))
add("GatherV2", lambda x: R.GatherV2(params=x, indices=I(2, 0), axis=S(2)))
add("Gather", lambda x: R.Gather(params=W(7, 3), indices=x), [(2, 4)], types={0: tf.int32})
add("GatherNd", lambda x: R.GatherNd(params=x, indices=[[0, 1], [1, 2]]), free=False)
add("OneHot", lambda x: R.OneHot(indices=x, depth=S(7), on_value=tf.constant(2.0), off_value=tf.constant(-1.0)), [(2, 4)], types={0: tf.int32})
add("TopKV2", lambda x: R.TopKV2(input=x, k=S(3))[0], [VEC])
add("TopKV2 places", lambda x: tf.cast(R.TopKV2(input=x, k=S(3))[1], tf.float32), [VEC])
add("ReverseV2", lambda x: R.ReverseV2(tensor=x, axis=I(1, 3)))
add("Roll", lambda x: R.Roll(input=x, shift=I(2, -1), axis=I(1, 3)))
add("Any All", lambda x: (tf.cast(tf.reduce_any(x > 0.9, 3), tf.float32), tf.cast(tf.reduce_all(x > -0.5, 1), tf.float32)))
add("Cumsum", lambda x: R.Cumsum(x=x, axis=S(1), reverse=True))
for name in ("ResizeBilinear", "ResizeNearestNeighbor"):
    for way in ({}, {"align_corners": True}, {"half_pixel_centers": True}):
        add(f"{name} {' '.join(way)}".strip(), lambda x: getattr(R, name)(images=x, size=I(9, 15), **way))
        add(f"{name} twice {' '.join(way)}".strip(), lambda x: getattr(R, name)(images=x, size=I(10, 12), **way))
add("DepthToSpace", lambda x: R.DepthToSpace(input=x, block_size=2), [(2, 3, 4, 8)])
add("SpaceToDepth", lambda x: R.SpaceToDepth(input=x, block_size=2), [(2, 4, 6, 3)])

write("tensorflow-ops.json.gz", cases)
