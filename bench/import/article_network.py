"""Trains the article's network in TensorFlow 2 and saves it in all formats that xstar reads.

python bench/import/article_network.py IDX_FOLDER OUT [EPOCHS]  (needs tensorflow-cpu 2.21.0 and tf_keras 2.21.0)

Layers, weights and optimizer are those of the article's program: two 3x3 convolutions without padding, He-uniform weights,
Adagrad with a learning rate of 0.1, 80 % of the training pictures for training.
"""

import gzip
import json
import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
import tf_keras


def network(k):
    layers = k.layers
    he = {"kernel_initializer": "he_uniform"}
    return k.Sequential(
        [
            k.Input((28, 28, 1), name="image"),
            layers.Conv2D(32, 3, activation="relu", name="conv1", **he),
            layers.Conv2D(64, 3, activation="relu", name="conv2", **he),
            layers.MaxPooling2D(2, name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(128, activation="relu", name="dense1", **he),
            layers.Dense(10, activation="softmax", name="scores", **he),
        ]
    )


def read_idx(folder, name, header):
    path = next(os.path.join(folder, one) for one in sorted(os.listdir(folder)) if one.startswith(name))
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def read_set(folder, name):
    images = read_idx(folder, f"{name}-images", 16).reshape(-1, 28, 28, 1).astype(np.float32) / 255
    return images, read_idx(folder, f"{name}-labels", 8)


def save_tfjs(model, folder):
    """A layers model of TensorFlow.js: the configuration as JSON, the numbers in one shard."""
    os.makedirs(folder, exist_ok=True)
    arrays = [(weight.name.replace(":0", ""), np.asarray(weight, np.float32)) for weight in model.weights]
    with open(os.path.join(folder, "group1-shard1of1.bin"), "wb") as file:
        file.write(b"".join(array.tobytes() for _, array in arrays))
    manifest = [{"name": name, "shape": list(array.shape), "dtype": "float32"} for name, array in arrays]
    topology = {"keras_version": "2.21.0", "backend": "tensorflow", "model_config": json.loads(model.to_json())}
    described = {"format": "layers-model", "modelTopology": topology, "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": manifest}]}
    with open(os.path.join(folder, "model.json"), "w") as file:
        json.dump(described, file)


def main(data, out, epochs="3"):
    keras.utils.set_random_seed(0)
    os.makedirs(out, exist_ok=True)
    images, labels = read_set(data, "train")
    model = network(keras)
    model.compile(keras.optimizers.Adagrad(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=64, epochs=int(epochs), validation_split=0.2, verbose=2)
    loss, accuracy = model.evaluate(*read_set(data, "t10k"), batch_size=500, verbose=0)
    print(f"test accuracy {accuracy:.4f}, loss {loss:.4f}")
    old = network(tf_keras)
    old.set_weights(model.get_weights())
    model.save(os.path.join(out, "model.keras"))
    model.save(os.path.join(out, "model.h5"))
    old.save(os.path.join(out, "keras2.h5"))
    model.export(os.path.join(out, "saved_model"), verbose=False)
    save_tfjs(old, os.path.join(out, "tfjs"))
    with open(os.path.join(out, "model.tflite"), "wb") as file:
        file.write(tf.lite.TFLiteConverter.from_saved_model(os.path.join(out, "saved_model")).convert())
    print("\n".join(sorted(os.listdir(out))))


main(*sys.argv[1:])
