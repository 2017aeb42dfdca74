"""PyTorch's side of bench/gradients.js: gradients of ONNX models through onnx2torch and autograd, timed in float32, given from float64.

Answers a line of JSON {"model", "input", "output", "unit", "out", "steps"} (float32 .npy in and out) with {"ms": [...]} or {"error": "..."}.
"""
import json
import sys
import time
import warnings

import numpy
import torch
from onnx2torch import convert

warnings.filterwarnings("ignore")
torch.set_num_threads(int(sys.argv[1]))
print("ready PyTorch " + torch.__version__, flush=True)


def gradient(net, picture, job):
    picture.grad = None
    output = net(picture)
    (output[job["output"]] if isinstance(output, (list, tuple)) else output).flatten()[job["unit"]].backward()
    return picture.grad


for line in sys.stdin:
    job = json.loads(line)
    try:
        net = convert(job["model"]).eval().requires_grad_(False)
        given = torch.from_numpy(numpy.load(job["input"]))
        picture = given.clone().requires_grad_(True)
        times = []
        for _ in range(job["steps"] + 1):
            begin = time.perf_counter()
            gradient(net, picture, job)
            times.append(1000 * (time.perf_counter() - begin))
        exact = gradient(net.double(), given.double().requires_grad_(True), job)
        numpy.save(job["out"], exact.float().numpy())
        print(json.dumps({"ms": times[1:]}), flush=True)
    except Exception as error:  # whatever the peer cannot do is said, not hidden
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
