"""Writes small files of Keras 2 and 3 into packages/import/fixtures, with what Keras makes of them.

python scripts/import-fixtures/keras_files.py  (needs tensorflow-cpu 2.21.0 and tf_keras 2.21.0)
"""

import gzip
import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import keras
import numpy as np
import tf_keras

from numbers_of import FIXTURES, packed, wave, weight, write

cases = []


def network(k):
    L = k.layers
    branch_in = k.Input((6, 6, 4))
    branch = L.Conv2D(4, 3, padding="same", use_bias=False, name="conv")(branch_in)
    branch = L.BatchNormalization(name="norm")(branch)
    branch = L.Conv2D(4, 1, name="conv_b")(branch)
    branch = L.Add()([branch, branch_in])
    branch = k.Model(branch_in, L.BatchNormalization(scale=False)(branch), name="branch")
    head = k.Sequential([L.Dense(5, activation="tanh"), L.Dense(3, name="scores", activation="sigmoid")], name="head")
    x = y = k.Input((8, 8, 3), name="picture")
    y = L.Rescaling(1 / 127.5, offset=-1.0)(y)
    y = L.Conv2D(4, 3, name="conv", activation="relu")(y)
    y = L.BatchNormalization(name="norm")(y)
    y = branch(y)
    y = L.DepthwiseConv2D(3, padding="same")(y)
    y = L.SeparableConv2D(4, 3, strides=2, padding="same")(y)
    features = y = L.Reshape((3, 12), name="features")(y)
    y = L.Flatten()(y)
    return k.Model(x, [head(y), features], name="zoo")


def over_time(k):
    L = k.layers
    x = k.Input((5, 4), name="steps")
    y = L.Bidirectional(L.LSTM(2, return_sequences=True))(x)
    y = L.GRU(4, return_sequences=True)(y)
    y = L.MultiHeadAttention(2, 3)(y, y)
    y = L.LayerNormalization()(y)
    y = L.TimeDistributed(L.Dense(3))(y)
    return k.Model(x, L.Flatten()(y), name="over_time")


def save(name, k, low=0.0, high=255.0, make=network):
    k.backend.clear_session()
    model = make(k)
    for i, w in enumerate(model.weights):
        path = w.path if hasattr(w, "path") else w.name
        if "seed_generator" not in path:
            w.assign(np.round(16 * weight(path, w.shape, 0.1 + 0.7 * i)) / 16)  # few digits: the files are packed
    shape = model.inputs[0].shape[1:]
    path = os.path.join(FIXTURES, name)
    model.save(path)
    with open(path, "rb") as file, open(path + ".gz", "wb") as packed_file:
        packed_file.write(gzip.compress(file.read(), 9, mtime=0))
    os.remove(path)
    results = model(wave((2, *shape), 0.11, low, high), training=False)
    results = results if isinstance(results, (list, tuple)) else [results]
    cases.append({"file": name, "shape": list(shape), "low": low, "high": high, "outputs": [packed(np.asarray(result)) for result in results]})


for name, k in (("keras3", keras), ("keras2", tf_keras)):
    for ending in ("keras", "h5"):
        save(f"{name}.{ending}", k)
        save(f"{name}-steps.{ending}", k, low=-1.0, high=1.0, make=over_time)
write("keras-files.json.gz", cases)
