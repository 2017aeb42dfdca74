"""PyTorch's side of bench/forward.js.

`export FOLDER` writes networks of torchvision with seeded weights as ONNX files; `THREADS ROUNDS NAME` times one of them, forward and
forward with the gradient of a class by the picture, in every mode of the processor: a line of JSON {"mode": [forward ms, gradient ms]}.
"""
import json
import os
import sys
import time
import warnings

import torch
import torchvision

warnings.filterwarnings("ignore")
names = ["resnet18", "resnet50", "vgg11", "densenet121", "efficientnet_b0", "convnext_tiny", "vit_b_16", "swin_t"]


def network(name):
    torch.manual_seed(0)
    return getattr(torchvision.models, name)(weights=None).eval().requires_grad_(False)


def timed(work, rounds):
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begin))
    return sorted(times[1:])[rounds // 2]


def measure(net, picture, rounds):
    def forward():
        with torch.inference_mode():
            net(picture.detach())

    def gradient():
        picture.grad = None
        net(picture)[0, 1].backward()

    return [timed(forward, rounds), timed(gradient, rounds)]


# what it does in one operator has no name in ONNX
torch.backends.mha.set_fastpath_enabled(sys.argv[1] != "export")

if sys.argv[1] == "export":
    for name in names:
        path = os.path.join(sys.argv[2], name, name + ".onnx")
        if os.path.exists(path):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        x = torch.zeros(1, 3, 224, 224)
        torch.onnx.export(network(name), (x,), path, input_names=["x"], output_names=["y"], opset_version=17, dynamo=False)
else:
    threads, rounds, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(threads)
    found = {}
    for mode in ["eager", "channels_last", "compiled"]:
        try:
            net = network(name)
            picture = torch.randn(1, 3, 224, 224)
            if mode == "channels_last":
                net = net.to(memory_format=torch.channels_last)
                picture = picture.contiguous(memory_format=torch.channels_last)
            if mode == "compiled":
                net = torch.compile(net)
            found[mode] = measure(net, picture.requires_grad_(True), rounds)
        except Exception as error:  # whatever a mode cannot do is said, not hidden
            found[mode] = {"error": f"{type(error).__name__}: {error}"[:200]}
    print(json.dumps(found))
