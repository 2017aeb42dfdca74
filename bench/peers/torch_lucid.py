"""PyTorch's side of bench/recipe.js: Lucid's recipe for a channel, as torch-lucent runs it, on an ONNX model through onnx2torch.

torch_lucid.py MODEL LAYER CHANNEL [--steps N] [--seed N] [--threads N] [--out FILE.npy] prints a line of JSON: the channel's mean
activation on the finished picture, untransformed, and the times. With --picture FILE.npy ([3, height, width] in 0..1) it only measures
that. --compile has torch.compile make the step's network.
"""
import json
import math
import random
import time
import warnings

import lucid_arguments
import numpy
import onnx
import torch
import torch.nn.functional as F
from onnx2torch import convert

warnings.filterwarnings("ignore")
parser = lucid_arguments.parser(__doc__)
parser.add_argument("--picture")
parser.add_argument("--out")
parser.add_argument("--compile", action="store_true")
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(args.seed)
random.seed(args.seed)

stored, size = args.side, args.size
mean, std = (torch.tensor(given).view(1, 3, 1, 1) for given in (args.mean, args.std))
colours = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
colours = colours / colours.norm(dim=0).max()
frequencies = torch.hypot(torch.fft.fftfreq(stored)[:, None], torch.fft.rfftfreq(stored)[None, :])
amplitude = stored / frequencies.clamp(min=1 / stored)


def truncated(path, layer):
    """The network up to a layer."""
    model = onnx.load(path)
    part = onnx.utils.Extractor(model).extract_model([model.graph.input[0].name], [lucid_arguments.node_of(model, layer).output[0]])
    return convert(part).eval().requires_grad_(False)


def picture(spectrum):
    channels = torch.fft.irfft2(torch.view_as_complex(spectrum) * amplitude, s=(stored, stored)) / 4
    return torch.sigmoid(torch.einsum("nchw,dc->ndhw", channels, colours))


def jitter(x, pixels):
    top, left = random.randint(0, pixels), random.randint(0, pixels)
    return x[:, :, top : x.shape[2] - pixels + top, left : x.shape[3] - pixels + left]


def resize(x, length):
    return F.interpolate(x, size=(length, length), mode="bilinear", align_corners=False)


def rotate(x, degrees):
    angle = math.radians(degrees)
    turn = torch.tensor([[[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0]]])
    return F.grid_sample(x, F.affine_grid(turn, x.shape, align_corners=False), align_corners=False)


def share(pixels):
    """Lucid's numbers are for a picture of 128 pixels."""
    return max(1, round(pixels * stored / 128))


def transformed(x):
    x = jitter(F.pad(x, [share(12)] * 4, value=0.5), share(8))
    x = resize(x, round(x.shape[2] * random.choice([0.9 + 0.02 * i for i in range(11)])))
    return jitter(rotate(x, random.choice([*range(-10, 11), 0, 0, 0, 0, 0])), share(4))


net = truncated(args.model, args.layer)
run = torch.compile(net) if args.compile else net


def activation(x, network=net):
    found = network((resize(x, size) - mean) / std)[:, args.channel]
    return found[:, found.shape[1] // 2, found.shape[2] // 2].mean() if args.centre else found.mean()


if args.picture:
    print(json.dumps({"activation": activation(torch.from_numpy(numpy.load(args.picture))[None]).item()}))
    raise SystemExit
spectrum = (0.01 * torch.randn(1, 3, stored, stored // 2 + 1, 2)).requires_grad_(True)
optimizer = torch.optim.Adam([spectrum], lr=0.05)
times = []
for _ in range(args.steps):
    begin = time.perf_counter()
    optimizer.zero_grad()
    (-activation(transformed(picture(spectrum)), run)).backward()
    optimizer.step()
    times.append(time.perf_counter() - begin)
with torch.no_grad():
    finished = picture(spectrum)
    reached = activation(finished).item()
if args.out:
    numpy.save(args.out, finished[0].numpy())
result = {
    "activation": reached,
    "seconds": sum(times),
    "processor": time.process_time(),
    "msPerStep": 1000 * sorted(times)[len(times) // 2],
    "steps": args.steps,
    "seed": args.seed,
    "threads": args.threads,
    "torch": torch.__version__,
}
print(json.dumps(result))
