"""PyTorch's side of bench/bench.js: answers lines `ascent STEPS` and `train STEPS BATCH` with times in milliseconds."""
import sys
import time

import torch
import torch.nn as nn

torch.manual_seed(0)
torch.set_num_threads(int(sys.argv[1]))
net = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10),
)


def ascent():
    picture = torch.rand(1, 1, 28, 28, requires_grad=True)
    net.requires_grad_(False)

    def step():
        picture.grad = None
        nn.functional.cross_entropy(net(picture), torch.tensor([1])).backward()

    return step


def training(batch):
    net.requires_grad_(True)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9)
    pictures, labels = torch.rand(batch, 1, 28, 28), torch.arange(batch) % 10

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(pictures), labels).backward()
        optimizer.step()

    return step


print("ready PyTorch " + torch.__version__, flush=True)
for line in sys.stdin:
    job, steps, *rest = line.split()
    step = ascent() if job == "ascent" else training(int(rest[0]))
    for _ in range(2):
        step()
    times = []
    for _ in range(int(steps)):
        begin = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - begin))
    print(" ".join(f"{t:.4f}" for t in times), flush=True)
