"""Numbers by formula, so that fixtures hold none but the results."""

import base64
import gzip
import json
import os
import sys

import numpy as np


FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packages/import/fixtures")


def wave(shape, seed, low=-1.0, high=1.0):
    """Float32 numbers from `low` to `high`; packages/import/src/testing/cases.ts makes the same."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    return (low + (high - low) * (0.5 + 0.5 * np.sin(0.37 * i + seed))).astype(np.float32).reshape(shape)


def weight(path, shape, seed):
    low, high = (0.3, 1.5) if "variance" in path else (-0.5, 0.5)
    return wave(shape, seed, low, high)


def packed(array):
    return {"shape": list(array.shape), "base64": base64.b64encode(np.asarray(array, np.float32).tobytes()).decode()}


def write(name, cases):
    """A file of cases in packages/import/fixtures, one a line, packed without a date."""
    path = os.path.join(FIXTURES, name)
    text = "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
    with open(path, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    print(len(cases), "cases,", os.path.getsize(path), "bytes", file=sys.stderr)
