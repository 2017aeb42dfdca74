"""Writes packages/import/fixtures/keras-layers.json.gz: one small network a layer, with what Keras makes of it.

python scripts/import-fixtures/keras_layers.py  (needs tensorflow-cpu 2.21.0 and tf_keras 2.21.0)
"""

import json
import os
import re

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import keras
import numpy as np
import tf_keras
from keras import layers as L
from keras import ops
from keras.src.applications.convnext import LayerScale, StochasticDepth
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer
from numbers_of import packed, wave, weight, write

SEQ, IMG, VOL, VEC = (6, 4), (5, 6, 4), (4, 3, 4, 2), (5,)
BATCH = 2
cases = []


def lean(json):
    """Without what says nothing of the numbers that come out."""
    if isinstance(json, list):
        return [lean(one) for one in json]
    if not isinstance(json, dict):
        return json
    useless = re.compile("_initializer$|_regularizer$|_constraint$|^(registered_name|build_config|seed|implementation|unroll|ragged|optional|sparse)$")
    kept = {key: value for key, value in json.items() if not useless.search(key)}
    if isinstance(json.get("dtype"), dict):
        kept["dtype"] = json["dtype"]["config"]["name"]
    return {key: lean(value) for key, value in kept.items() if not (key == "module" and ".ops" not in str(value))}


def add(name, inputs, build, k=keras, low=-1.0, dtype=None, alias=None):
    """`build` gets the inputs and gives the outputs."""
    k.backend.clear_session()
    given = [k.Input(shape, name=f"x{i}", **({"dtype": dtype} if dtype else {})) for i, shape in enumerate(inputs)]
    outputs = build(*given)
    model = k.Model(given, outputs)
    weights = []
    for i, w in enumerate(model.weights):
        path = w.path if hasattr(w, "path") else w.name.removesuffix(":0")
        if "seed_generator" in path:
            continue
        seed = 0.1 + 0.7 * i
        w.assign(weight(path, w.shape, seed))
        weights.append([path, list(w.shape), round(seed, 1)])
    data = [wave((BATCH, *shape), 0.11 + i, low, 1.0) for i, shape in enumerate(inputs)]
    if dtype:
        data = [np.floor((d + 1) * 3) for d in data]
    results = model(data if len(data) > 1 else data[0], training=False)
    results = results if isinstance(results, (list, tuple)) else [results]
    topology = {**json.loads(model.to_json()), "keras_version": k.__version__}
    for key in ("compile_config", "build_config"):
        topology.pop(key, None)
    if alias:
        topology = json.loads(json.dumps(topology).replace(*alias))
    case = {"name": name, "topology": lean(topology), "weights": weights, "low": low, "outputs": [packed(np.asarray(r)) for r in results]}
    if dtype:
        case["whole"] = True
    cases.append(case)


def layer(name, shape, made, **kw):
    add(name, [shape], lambda x: made(x), **kw)


def inside(name, shape, made, **kw):
    """Behind another layer: for those that hand on what they are given."""
    add(name, [shape], lambda x: made(L.Activation("tanh")(x)), **kw)


for dim, shape in ((1, SEQ), (2, IMG), (3, VOL)):
    C = lambda n: getattr(L, n.replace("?", str(dim)))
    k = (3, 2, 2)[:dim]
    layer(f"Conv{dim}D same", shape, C("Conv?D")(3, k, padding="same", strides=2, activation="relu"))
    layer(f"Conv{dim}D valid", shape, C("Conv?D")(3, k, use_bias=False))
    layer(f"Conv{dim}D dilated", shape, C("Conv?D")(3, 2, padding="same", dilation_rate=2))
    layer(f"Conv{dim}DTranspose same", shape, C("Conv?DTranspose")(3, 3, padding="same", strides=2))
    layer(f"Conv{dim}DTranspose valid", shape, C("Conv?DTranspose")(3, 2, strides=3))
    for kind in ("Max", "Average"):
        layer(f"{kind}Pooling{dim}D", shape, C(f"{kind}Pooling?D")(2))
        layer(f"{kind}Pooling{dim}D same", shape, C(f"{kind}Pooling?D")(3, strides=2, padding="same"))
        layer(f"Global{kind}Pooling{dim}D", shape, C(f"Global{kind}Pooling?D")())
        layer(f"Global{kind}Pooling{dim}D keepdims", shape, C(f"Global{kind}Pooling?D")(keepdims=True))
    layer(f"ZeroPadding{dim}D", shape, C("ZeroPadding?D")(2 if dim == 1 else ((1, 2),) + ((0, 1),) * (dim - 1)))
    layer(f"Cropping{dim}D", shape, C("Cropping?D")((1, 2) if dim == 1 else ((1, 0),) + ((1, 1),) * (dim - 1)))
    layer(f"UpSampling{dim}D", shape, C("UpSampling?D")(2))
    inside(f"SpatialDropout{dim}D", shape, C("SpatialDropout?D")(0.5))
for dim, shape in ((1, SEQ), (2, IMG)):
    C = lambda n: getattr(L, n.replace("?", str(dim)))
    layer(f"DepthwiseConv{dim}D", shape, C("DepthwiseConv?D")(3, padding="same", depth_multiplier=2, activation="relu6"))
    layer(f"SeparableConv{dim}D", shape, C("SeparableConv?D")(5, 3, padding="same", strides=2))
layer("Conv2DTranspose same output_padding", IMG, L.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1))
layer("Conv2DTranspose valid output_padding", IMG, L.Conv2DTranspose(3, 4, strides=3, output_padding=(1, 2)))
layer("Conv1DTranspose output_padding", SEQ, L.Conv1DTranspose(3, 5, strides=3, padding="same", output_padding=2))
layer("SpectralNormalization", IMG, L.SpectralNormalization(L.Conv2D(3, 3)))
layer("Conv1D causal", SEQ, L.Conv1D(3, 3, padding="causal", dilation_rate=2))
layer("Conv2D groups", IMG, L.Conv2D(6, 3, groups=2, padding="same"))
layer("UpSampling2D bilinear", IMG, L.UpSampling2D((2, 3), interpolation="bilinear"))
layer("Resizing", IMG, L.Resizing(5, 9))
layer("Resizing nearest", IMG, L.Resizing(3, 11, interpolation="nearest"))
layer("CenterCrop", IMG, L.CenterCrop(4, 3))
layer("Dense", VEC, L.Dense(3, activation="softmax"))
layer("Dense of sequences", SEQ, L.Dense(3, activation="tanh"))
add("Dense of pictures", [IMG], lambda x: L.Dense(3)(L.Conv2D(4, 1)(x)))
layer("Flatten", IMG, L.Flatten())
layer("Reshape", IMG, L.Reshape((6, -1, 2)))
layer("Permute", SEQ, L.Permute((2, 1)))
layer("RepeatVector", VEC, L.RepeatVector(3))
layer("Activation", VEC, L.Activation("swish"))
layer("ReLU", VEC, L.ReLU(max_value=0.5, negative_slope=0.1))
layer("ReLU threshold", VEC, L.ReLU(max_value=0.9, negative_slope=0.1, threshold=0.2))
layer("LeakyReLU", VEC, L.LeakyReLU())
add("PReLU", [IMG], lambda x: L.PReLU(shared_axes=[1, 2])(L.Conv2D(4, 1)(x)))
layer("PReLU everywhere", SEQ, L.PReLU())
layer("ELU", VEC, L.ELU(0.5))
layer("Softmax", SEQ, L.Softmax(axis=1))
layer("BatchNormalization", IMG, L.BatchNormalization())
layer("BatchNormalization bare", VEC, L.BatchNormalization(scale=False, center=False))
layer("BatchNormalization axis", IMG, L.BatchNormalization(axis=1, epsilon=0.01))
layer("LayerNormalization", SEQ, L.LayerNormalization())
add("LayerNormalization of pictures", [IMG], lambda x: L.LayerNormalization(epsilon=1e-6)(L.Conv2D(4, 1)(x)))
layer("LayerNormalization axes", IMG, L.LayerNormalization(axis=(1, 2, 3)))
layer("RMSNormalization", SEQ, L.RMSNormalization())
layer("GroupNormalization", IMG, L.GroupNormalization(2))
layer("UnitNormalization", SEQ, L.UnitNormalization())
layer("Normalization", IMG, L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0]))
layer("Rescaling", IMG, L.Rescaling(1 / 127.5, offset=-1.0))
layer("Rescaling channels", IMG, L.Rescaling([0.1, 0.2, 0.3, 0.4], offset=[0.0, 1.0, 2.0, 3.0]))
for name in ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"):
    layer(name, VEC, getattr(L, name)(0.3))
layer("ActivityRegularization", VEC, L.ActivityRegularization(l1=0.1))
layer("Identity", VEC, L.Identity())
layer("Masking", SEQ, L.Masking(mask_value=9.0))
inside("RandomFlip", IMG, L.RandomFlip())
inside("RandomRotation", IMG, L.RandomRotation(0.1))
inside("RandomZoom", IMG, L.RandomZoom(0.1))
inside("RandomTranslation", IMG, L.RandomTranslation(0.1, 0.1))
inside("RandomContrast", IMG, L.RandomContrast(0.1))
inside("RandomBrightness", IMG, L.RandomBrightness(0.1, value_range=(0, 1)), low=0.0)
inside("LayerScale", IMG, LayerScale(0.1, 4))
inside("StochasticDepth", IMG, StochasticDepth(0.1))
add("CustomScaleLayer", [IMG, IMG], lambda x, y: CustomScaleLayer(0.3)([x, y]))
for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    add(name, [IMG, IMG], lambda x, y: getattr(L, name)()([L.Conv2D(4, 1)(x), y]))
add("Concatenate", [IMG, IMG], lambda x, y: L.Concatenate()([L.Conv2D(3, 1)(x), y]))
add("Concatenate axis", [SEQ, SEQ], lambda x, y: L.Concatenate(axis=1)([x, y]))
add("Multiply broadcast", [IMG, VEC], lambda x, y: L.Multiply()([L.Conv2D(5, 1)(x), L.Reshape((1, 1, 5))(y)]))
add("Dot", [VEC, VEC], lambda x, y: L.Dot(1, normalize=True)([x, y]))
add("Dot of sequences", [SEQ, (3, 4)], lambda x, y: L.Dot((2, 2))([x, y]))
for name in ("LSTM", "GRU", "SimpleRNN"):
    C = getattr(L, name)
    layer(name, SEQ, C(3))
    layer(f"{name} sequences", SEQ, C(3, return_sequences=True, go_backwards=True))
    add(f"{name} state", [SEQ], lambda x: C(3, return_state=True)(x))
    layer(f"Bidirectional {name}", SEQ, L.Bidirectional(C(3, return_sequences=True)))
layer("GRU reset_after", SEQ, L.GRU(3, reset_after=False, use_bias=True))
layer("LSTM activations", SEQ, L.LSTM(3, activation="relu", recurrent_activation="hard_sigmoid"))
layer("Bidirectional sum", SEQ, L.Bidirectional(L.LSTM(3), merge_mode="sum"))
for dim, shape in ((1, (3, 6, 2)), (2, (3, 5, 4, 2)), (3, (2, 3, 4, 3, 2))):
    C = getattr(L, f"ConvLSTM{dim}D")
    layer(f"ConvLSTM{dim}D", shape, C(2, 2, padding="same", strides=2))
    layer(f"ConvLSTM{dim}D sequences", shape, C(2, 2, return_sequences=True, go_backwards=True, use_bias=False))
    add(f"ConvLSTM{dim}D state", [shape], lambda x: C(2, 2, return_state=True)(x))
add("ConvLSTM2D of Keras 2", [(3, 5, 4, 2)], lambda x: tf_keras.layers.ConvLSTM2D(2, 2)(x), k=tf_keras)
for name in ("LSTM", "GRU", "SimpleRNN"):
    layer(f"RNN {name}Cell", SEQ, L.RNN(getattr(L, f"{name}Cell")(3), return_sequences=True))
layer("TimeDistributed", (3, 5, 5, 2), L.TimeDistributed(L.Conv2D(2, 3, activation="relu")))
layer("TimeDistributed model", (3, 5, 5, 2), L.TimeDistributed(keras.Sequential([L.Conv2D(2, 3, activation="relu"), L.GlobalMaxPooling2D()])))
layer("Bidirectional of two kinds", SEQ, lambda x: L.Bidirectional(L.LSTM(3, return_sequences=True), backward_layer=L.GRU(3, return_sequences=True, go_backwards=True))(x))
layer("Embedding", (4,), L.Embedding(7, 3), dtype="int32")
add("MultiHeadAttention", [SEQ, (3, 4)], lambda x, y: L.MultiHeadAttention(2, 3, value_dim=5)(x, y))
add("MultiHeadAttention of one", [SEQ], lambda x: L.MultiHeadAttention(2, 2)(query=x, value=x, key=x))
add("MultiHeadAttention of the past", [SEQ], lambda x: L.MultiHeadAttention(2, 2)(x, x, use_causal_mask=True))
add("MultiHeadAttention masked", [SEQ, (6, 6)], lambda x, m: L.MultiHeadAttention(2, 2)(x, x, attention_mask=ops.cast(ops.abs(m) * 1.9, "int32")))
add("Attention of the past", [SEQ, (6, 4)], lambda x, y: L.Attention()([x, y], use_causal_mask=True))
add("AdditiveAttention", [SEQ, (3, 4)], lambda x, y: L.AdditiveAttention()([x, y]))
add("Attention", [SEQ, (3, 4)], lambda x, y: L.Attention(use_scale=True)([x, y]))
layer("EinsumDense", SEQ, L.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d"))
layer("EinsumDense ellipsis", IMG, L.EinsumDense("...x,xy->...y", output_shape=5, bias_axes="y"))

steps = lambda x: L.Masking()(L.ReLU()(x))  # some steps hold zeros alone
for name in ("LSTM", "GRU", "SimpleRNN"):
    layer(f"{name} masked", SEQ, lambda x: getattr(L, name)(3)(steps(x)))
    layer(f"{name} masked backwards", SEQ, lambda x: getattr(L, name)(3, return_sequences=True, go_backwards=True)(steps(x)))
layer("LSTM masked twice", SEQ, lambda x: L.LSTM(3, return_state=True)(L.Dropout(0.1)(L.LSTM(4, return_sequences=True)(steps(x)))))
layer("LSTM masked, zeros between", SEQ, lambda x: L.LSTM(3, return_sequences=True, zero_output_for_mask=True)(steps(x)))
layer("LSTM with a mask of its own", SEQ, lambda x: L.LSTM(3)(x, mask=x[:, :, 0] > 0))
layer("Bidirectional masked", SEQ, lambda x: L.Bidirectional(L.GRU(3, return_sequences=True))(steps(x)))
layer("Bidirectional masked, last", SEQ, lambda x: L.Bidirectional(L.LSTM(3))(L.Dense(4)(steps(x))))
layer("GlobalAveragePooling1D masked", SEQ, lambda x: L.GlobalAveragePooling1D()(steps(x)))
layer("Masking of a number", SEQ, lambda x: L.LSTM(2)(L.Masking(0.5)(ops.where(x > 0.3, x, 0.5))))
add("Add masked", [SEQ, SEQ], lambda x, y: L.LSTM(3)(L.Add()([steps(x), steps(y)])))
add("Add masked of Keras 2", [SEQ, SEQ], lambda x, y: tf_keras.layers.LSTM(3)(tf_keras.layers.Add()([tf_keras.layers.Masking()(tf_keras.layers.ReLU()(one)) for one in (x, y)])), k=tf_keras)
add("Concatenate masked", [SEQ, (3, 4)], lambda x, y: L.LSTM(3)(L.Concatenate(axis=1)([steps(x), steps(y)])))
layer("Embedding masked", (6,), lambda x: L.LSTM(3)(L.Embedding(7, 3, mask_zero=True)(x)), dtype="int32")
layer("Embedding masked, mean", (6,), lambda x: L.GlobalAveragePooling1D()(L.Embedding(7, 3, mask_zero=True)(x)), dtype="int32")
layer("MultiHeadAttention of steps", SEQ, lambda x: (lambda y: L.MultiHeadAttention(2, 2)(y, y))(steps(x)))
layer("MultiHeadAttention of steps in Keras 2", SEQ, lambda x: (lambda y: tf_keras.layers.MultiHeadAttention(2, 2)(y, y))(tf_keras.layers.Masking()(tf_keras.layers.ReLU()(x))), k=tf_keras)
add("Attention of steps", [SEQ, (3, 4)], lambda x, y: L.Attention()([steps(x), steps(y)]))

for name in sorted(
    "linear relu relu6 leaky_relu elu selu celu gelu silu hard_silu sigmoid hard_sigmoid tanh hard_tanh softplus softsign softmax log_softmax log_sigmoid exponential mish tanh_shrink hard_shrink soft_shrink squareplus".split()
):
    layer(f"activation {name}", VEC, L.Dense(4, activation=name))
add("activation hard_sigmoid of Keras 2", [VEC], lambda x: tf_keras.layers.Activation("hard_sigmoid")(x), k=tf_keras)
layer("activation swish", VEC, L.Dense(3, activation="swish"), alias=('"silu"', '"swish"'))

KL = tf_keras.layers
add("ThresholdedReLU", [VEC], lambda x: KL.ThresholdedReLU(0.3)(x), k=tf_keras)
add("activation hard_swish", [VEC], lambda x: L.Dense(3, activation="hard_swish")(x), alias=('"hard_silu"', '"hard_swish"'))
import tensorflow as tf

add("TFOpLambda", [IMG, IMG], lambda x, y: tf.nn.relu(x * 2.0 + y - 1.0) / tf.reduce_mean(tf.abs(x), axis=[1, 2], keepdims=True), k=tf_keras)
add("SlicingOpLambda", [SEQ], lambda x: x[:, 1:4, 0], k=tf_keras)
add("Keras 2 nested twice", [VEC, VEC], lambda x, y: (lambda m: KL.Add()([m(x), m(y)]))(tf_keras.Sequential([KL.Dense(4, activation="relu", name="inner"), KL.Dense(2)], name="shared")), k=tf_keras)

F = {
    "add": lambda x, y: ops.add(x, y), "subtract": lambda x, y: ops.subtract(x, 1.5), "multiply": lambda x, y: x * y, "divide": lambda x, y: ops.divide(x, 2.0),
    "true_divide": lambda x, y: x / 4.0, "maximum": lambda x, y: ops.maximum(x, y), "minimum": lambda x, y: ops.minimum(x, 0.1), "power": lambda x, y: ops.power(x, 2.0),
    "exp": lambda x, y: ops.exp(x), "log": lambda x, y: ops.log(ops.abs(x) + 1.0), "sqrt": lambda x, y: ops.sqrt(ops.absolute(x)), "abs": lambda x, y: ops.abs(x),
    "absolute": lambda x, y: ops.absolute(x), "negative": lambda x, y: -x, "square": lambda x, y: ops.square(x), "mean": lambda x, y: ops.mean(x, axis=(1, 2)),
    "sum": lambda x, y: ops.sum(x, axis=-1, keepdims=True), "max": lambda x, y: ops.max(x, axis=1), "reshape": lambda x, y: ops.reshape(x, (-1, 6, 20)),
    "transpose": lambda x, y: ops.transpose(x, (0, 3, 1, 2)), "expand_dims": lambda x, y: ops.expand_dims(x, 1), "squeeze": lambda x, y: ops.squeeze(ops.mean(x, axis=1, keepdims=True), 1),
    "concatenate": lambda x, y: ops.concatenate([x, y], axis=-1), "matmul": lambda x, y: ops.matmul(x, ops.transpose(y, (0, 1, 3, 2))), "clip": lambda x, y: ops.clip(x, -0.3, 0.4),
    "cast": lambda x, y: ops.cast(ops.cast(x * 3.0, "int32"), "float32"), "get_item": lambda x, y: x[:, 1:4, 2], "softmax": lambda x, y: ops.softmax(x, axis=-1),
    "relu6": lambda x, y: ops.relu6(x * 9.0), "swapaxes": lambda x, y: ops.swapaxes(x, 1, 2), "resize": lambda x, y: ops.image.resize(x, (5, 9)),
    "relu": lambda x, y: ops.relu(x), "gelu": lambda x, y: ops.gelu(x), "leaky_relu": lambda x, y: ops.leaky_relu(x, 0.1), "flatten": lambda x, y: L.Flatten()(x),
    "min": lambda x, y: ops.min(x, axis=(1, 2)), "prod": lambda x, y: ops.prod(x, axis=-1), "var": lambda x, y: ops.var(x, axis=-1, keepdims=True), "std": lambda x, y: ops.std(x, axis=(1, 2)),
    "rsqrt": lambda x, y: ops.rsqrt(ops.abs(x) + 0.5), "sin": lambda x, y: ops.sin(x), "cos": lambda x, y: ops.cos(x), "sign": lambda x, y: ops.sign(x), "floor": lambda x, y: ops.floor(x * 3.0),
    "split": lambda x, y: (lambda p: p[2] * p[0][:, :, :, :1])(ops.split(x, [1, 3], axis=-1)), "stack": lambda x, y: ops.stack([x, y], axis=-1), "pad": lambda x, y: ops.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0))),
    "tile": lambda x, y: ops.tile(x, (1, 2, 1, 2)),
    "zeros_like": lambda x, y: x + ops.zeros_like(x), "ones_like": lambda x, y: x + ops.ones_like(x), "where": lambda x, y: ops.where(x > 0.3, x, 0.5 * y),
}
truth = lambda x: ops.cast(x, "float32")
F |= {
    "equal": lambda x, y: truth(ops.equal(ops.relu(x), ops.relu(y))), "not_equal": lambda x, y: truth(ops.not_equal(ops.relu(x), 0.0)), "greater": lambda x, y: truth(ops.greater(x, y)),
    "greater_equal": lambda x, y: truth(ops.greater_equal(ops.relu(x), 0.0)), "less": lambda x, y: truth(x < y), "less_equal": lambda x, y: truth(ops.relu(x) <= 0.0),
    "logical_and": lambda x, y: truth(ops.logical_and(x > 0.0, y > 0.0)), "logical_or": lambda x, y: truth(ops.logical_or(x > 0.5, y > 0.5)), "logical_not": lambda x, y: truth(ops.logical_not(x > 0.5)),
    "any": lambda x, y: truth(ops.any(x > 0.9, axis=-1, keepdims=True)), "all": lambda x, y: truth(ops.all(x > -0.5, axis=2, keepdims=True)),
}
for name, f in F.items():
    add(f"ops.{name}", [IMG, IMG], lambda x, y: f(x, y) + 0.0 * ops.sum(y, axis=None))
add("ops.add of an .h5 file", [VEC], lambda x: (x + 3.0) * 0.5, alias=('"module": "keras.src.ops.numpy", ', ""))
T = {
    "depth_to_space": lambda x, y: tf.nn.depth_to_space(x, 2), "reduce_min": lambda x, y: tf.reduce_min(x, 1), "reduce_std": lambda x, y: tf.math.reduce_std(x, [1, 2]), "reduce_variance": lambda x, y: tf.math.reduce_variance(x, 3),
    "split": lambda x, y: tf.split(x, 2, axis=-1)[1], "split sizes": lambda x, y: tf.split(x, [1, 3], axis=3)[1], "stack": lambda x, y: tf.stack([x, y], 1), "pad": lambda x, y: tf.pad(x, [[0, 0], [1, 1], [0, 0], [0, 0]]), "tile": lambda x, y: tf.tile(x, [1, 2, 1, 1]),
    "truediv": lambda x, y: x / (y + 3.0), "pow": lambda x, y: tf.pow(x, 2.0), "reduce_sum": lambda x, y: tf.reduce_sum(x, -1), "reduce_max": lambda x, y: tf.reduce_max(x, [1, 2]),
    "concat": lambda x, y: tf.concat([x, y], -1), "clip_by_value": lambda x, y: tf.clip_by_value(x, -0.5, 0.5), "l2_normalize": lambda x, y: tf.math.l2_normalize(x, axis=-1),
    "identity": lambda x, y: tf.identity(x * 2.0), "getitem": lambda x, y: x[:, 1:3], "reduce_mean": lambda x, y: tf.reduce_mean(x, 1), "expand_dims": lambda x, y: tf.expand_dims(x, -1),
    "reshape": lambda x, y: tf.reshape(x, [-1, 6, 20]), "transpose": lambda x, y: tf.transpose(x, [0, 2, 1, 3]), "resize": lambda x, y: tf.image.resize(x, [5, 9]), "cast": lambda x, y: tf.cast(x * 2.0, tf.float32),
}
for name, f in T.items():
    add(f"tf.{name}", [IMG, IMG], f, k=tf_keras)

write("keras-layers.json.gz", cases)
