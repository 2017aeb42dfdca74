"""Makes a network of Keras Applications with seeded weights, saves it as .keras and .h5, and what it computes beside them.

python bench/import/keras_applications.py NAME FOLDER [float64]  (needs tensorflow-cpu 2.21.0; lists the names without arguments)

With float64 it computes the logits in that, too, which tells whose rounding a difference is.
"""

import inspect
import json
import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np


def names():
    found = (one for one, make in vars(keras.applications).items() if inspect.isfunction(make))
    return sorted(found, key=str.lower)


def make(name):
    return getattr(keras.applications, name)(weights=None, classifier_activation=None)


def picture_shape(model):
    """The sizes that a picture has; usual ones where the network leaves them free."""
    return [size or 224 for size in model.input_shape[1:]]


def seed_weights(model, name):
    """Kernels as Keras fills them; scales, shifts and statistics of normalizations away from 1 and 0.

    The longest network makes chaos of any rounding with such scales at the end of each residual branch, so they are smaller there.
    """
    rng = np.random.default_rng(1)
    ranges = {"gamma": (0.8, 1.2), "beta": (-0.2, 0.2), "moving_mean": (-0.2, 0.2), "moving_variance": (0.5, 1.5), "bias": (-0.1, 0.1)}
    for weight in model.weights:
        low_high = ranges.get(weight.path.rsplit("/", 1)[-1])
        if low_high:
            factor = 0.2 if name == "EfficientNetV2L" and weight.path.endswith("project_bn/gamma") else 1
            weight.assign(factor * rng.uniform(*low_high, weight.shape).astype(np.float32))


def adapt(model, has_rescaling):
    """Statistics half-way to those of noise: signals do not die out, and what rounding does shows."""
    norms = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)]
    drops = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.Dropout)]
    before = [layer.momentum for layer in norms], [layer.rate for layer in drops]
    for layer in norms:
        layer.momentum = 0.5
    for layer in drops:
        layer.rate = 0
    noise = np.random.default_rng(2).uniform(-1, 1, (2, *picture_shape(model))).astype(np.float32)
    model(127.5 * (noise + 1) if has_rescaling else noise, training=True)
    for layer, momentum in zip(norms, before[0]):
        layer.momentum = momentum
    for layer, rate in zip(drops, before[1]):
        layer.rate = rate


def in_float64(name, model):
    """The same network with the same weights, computed in float64."""
    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")
    precise = make(name)
    precise.set_weights([np.asarray(weight, np.float64) for weight in model.weights])
    return precise


def main(name, folder, precision="float32"):
    keras.utils.set_random_seed(1)
    model = make(name)
    seed_weights(model, name)
    has_rescaling = any(isinstance(layer, keras.layers.Rescaling) for layer in model.layers)
    adapt(model, has_rescaling)
    shape = [1, *picture_shape(model)]
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    picture = (127.5 + 127.5 * np.sin(12.9898 * i)).astype(np.float32).reshape(shape)
    if not has_rescaling:
        picture = (picture / np.float32(127.5) - np.float32(1)).astype(np.float32)
    logits = np.asarray(model(picture, training=False)).ravel()
    for ending in ("keras", "h5"):
        model.save(os.path.join(folder, f"model.{ending}"))
    picture.tofile(os.path.join(folder, "picture.bin"))
    reference = {"shape": shape, "parameters": model.count_params(), "logits": logits.tolist()}
    if precision == "float64":
        precise = in_float64(name, model)
        reference["float64"] = np.asarray(precise(picture.astype(np.float64), training=False)).ravel().tolist()
    with open(os.path.join(folder, "reference.json"), "w") as file:
        json.dump(reference, file)


if len(sys.argv) == 1:
    print("\n".join(names()))
else:
    main(*sys.argv[1:])
