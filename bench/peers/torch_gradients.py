"""PyTorch's side of bench/gradients.js: gradients of ONNX models through onnx2torch and autograd, timed in float32, given from float64.

Answers a line of JSON {"model", "input", "output", "unit", "out", "steps"} (float32 .npy in and out) with {"ms": [...]} or {"error": "..."}.
With {"device": "cuda", "batch": 8} it runs that many copies there; without "out" it gives times alone.
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
    output = output[job["output"]] if isinstance(output, (list, tuple)) else output
    batch = job.get("batch", 1)
    if batch == 1:
        output.flatten()[job["unit"]].backward()
    else:
        output.reshape(batch, -1)[:, job["unit"]].sum().backward()
    return picture.grad


for line in sys.stdin:
    job = json.loads(line)
    try:
        device = job.get("device", "cpu")
        if device == "cuda" and not torch.cuda.is_available():
            raise RuntimeError("PyTorch finds no CUDA here")
        net = convert(job["model"]).eval().requires_grad_(False).to(device)
        given = torch.from_numpy(numpy.load(job["input"])).to(device)
        given = given.repeat(job.get("batch", 1), *([1] * (given.dim() - 1)))
        picture = given.clone().requires_grad_(True)
        times = []
        for _ in range(job["steps"] + 1):
            begin = time.perf_counter()
            gradient(net, picture, job)
            if device == "cuda":
                torch.cuda.synchronize()
            times.append(1000 * (time.perf_counter() - begin))
        if "out" not in job:
            print(json.dumps({"ms": times[1:]}), flush=True)
            continue
        exact = gradient(net.double(), given.double().requires_grad_(True), job)
        numpy.save(job["out"], exact.float().numpy())
        print(json.dumps({"ms": times[1:]}), flush=True)
    except Exception as error:  # whatever the peer cannot do is said, not hidden
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
