"""Writes packages/import/fixtures/saved-models.json.gz: small SavedModel folders, with what TensorFlow makes of them.

python scripts/import-fixtures/saved_models.py  (needs tensorflow-cpu 2.21.0 and tf_keras 2.21.0)
"""

import base64
import os
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import keras
import numpy as np
import tensorflow as tf
import tf_keras

from numbers_of import packed, wave, write

SHAPE = (2, 8, 6, 3)
cases = []


class Module(tf.Module):
    """Functions inside of functions, and a branch that is always taken."""

    def __init__(self):
        super().__init__()
        self.kernel = tf.Variable(wave((3, 3, 3, 5), 0.3, -0.5, 0.5), name="kernel")
        self.scale = tf.Variable(wave((5,), 0.5, 0.5, 1.5), name="scale")
        self.training = tf.constant(False)

    @tf.function
    def features(self, x):
        return tf.nn.conv2d(x, self.kernel, 2, "SAME", name="features")

    @tf.function(input_signature=[tf.TensorSpec((None, *SHAPE[1:]), tf.float32, name="picture")])
    def __call__(self, x):
        y = self.features(x)
        y = tf.cond(self.training, lambda: y * 100.0, lambda: y * self.scale)
        return {"scores": tf.nn.softmax(tf.reduce_mean(y, [1, 2])), "map": tf.nn.relu(y)}


def network(k):
    L = k.layers
    x = k.Input(SHAPE[1:], name="picture")
    y = L.BatchNormalization(name="norm")(L.Conv2D(4, 3, name="conv", activation="relu")(x))
    y = L.Dense(3, name="scores")(L.Flatten()(y))
    model = k.Model(x, y)
    for i, w in enumerate(model.weights):
        w.assign(wave(w.shape, 0.1 + 0.7 * i, 0.3, 1.5) if "variance" in (w.path if hasattr(w, "path") else w.name) else wave(w.shape, 0.1 + 0.7 * i, -0.5, 0.5))
    return model


def over_time(k, make):
    """A recurrent layer, which TensorFlow computes by a loop over the rows of the picture."""
    x = k.Input(SHAPE[1:], name="picture")
    model = k.Model(x, make(k.layers)(k.layers.Reshape((SHAPE[1], SHAPE[2] * SHAPE[3]))(x)))
    for i, w in enumerate(model.weights):
        w.assign(wave(w.shape, 0.1 + 0.7 * i, -0.5, 0.5))
    return model


class Powers(tf.Module):
    """A loop of TensorFlow's own, and one over an array."""

    @tf.function(input_signature=[tf.TensorSpec((None, *SHAPE[1:]), tf.float32, name="picture")])
    def __call__(self, x):
        y = tf.reduce_mean(x, [1, 2])
        powers = tf.TensorArray(tf.float32, 3)
        for i in tf.range(3):
            y = tf.tanh(y * 1.5)
            powers = powers.write(i, y)
        return {"last": y, "powers": tf.transpose(powers.stack(), [1, 0, 2])}


def add(name, save):
    with tempfile.TemporaryDirectory() as folder:
        save(folder)
        serve = tf.saved_model.load(folder).signatures["serving_default"]
        [argument] = serve.structured_input_signature[1]
        found = serve(**{argument: wave(SHAPE, 0.11)})
        files = {}
        for root, _, names in os.walk(folder):
            for one in names:
                if one != "fingerprint.pb":
                    path = os.path.join(root, one)
                    with open(path, "rb") as file:
                        files[os.path.relpath(path, folder)] = base64.b64encode(file.read()).decode()
    cases.append({"name": name, "files": files, "shape": SHAPE, "outputs": [packed(np.asarray(found[key])) for key in sorted(found)]})


add("functions", lambda folder: tf.saved_model.save(Module(), folder))
add("Keras 2", lambda folder: tf.saved_model.save(network(tf_keras), folder))
add("Keras 3", lambda folder: network(keras).export(folder, verbose=False))
add("Keras 3 LSTM", lambda folder: over_time(keras, lambda L: L.LSTM(3, return_sequences=True)).export(folder, verbose=False))
add("Keras 3 GRU", lambda folder: over_time(keras, lambda L: L.GRU(3)).export(folder, verbose=False))
add("loops", lambda folder: tf.saved_model.save(Powers(), folder))
add("Keras 2 LayerNormalization", lambda folder: tf.saved_model.save(over_time(tf_keras, lambda L: L.LayerNormalization()), folder))
write("saved-models.json.gz", cases)
