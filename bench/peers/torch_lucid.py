"""PyTorch's side of bench/recipe.js: Lucid's recipe for a channel, as torch-lucent runs it, on an ONNX model through onnx2torch.

torch_lucid.py MODEL LAYER CHANNEL [--steps N] [--seed N] [--threads N] prints a line of JSON: the channel's mean activation on
the finished picture, untransformed, and the times. With --picture FILE.npy ([3, height, width] in 0..1) it only measures that.
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
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(args.seed)
random.seed(args.seed)

stored, size = 128, 224
mean = torch.tensor(args.mean).view(1, 3, 1, 1)
colours = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
colours = colours / colours.norm(dim=0).max()
frequencies = torch.hypot(torch.fft.fftfreq(stored)[:, None], torch.fft.rfftfreq(stored)[None, :])
amplitude = stored / frequencies.clamp(min=1 / stored)


def truncated(path, layer):
    """The network up to a layer."""
    model = onnx.load(path)
    part = onnx.utils.Extractor(model).extract_model([model.graph.input[0].name], [layer])
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


def transformed(x):
    x = jitter(F.pad(x, (12, 12, 12, 12), value=0.5), 8)
    x = resize(x, round(x.shape[2] * random.choice([0.9 + 0.02 * i for i in range(11)])))
    return jitter(rotate(x, random.choice([*range(-10, 11), 0, 0, 0, 0, 0])), 4)


net = truncated(args.model, args.layer)


def activation(x):
    return net(255 * resize(x, size) - mean)[:, args.channel].mean()


if args.picture:
    print(json.dumps({"activation": activation(torch.from_numpy(numpy.load(args.picture))[None]).item()}))
    raise SystemExit
spectrum = (0.01 * torch.randn(1, 3, stored, stored // 2 + 1, 2)).requires_grad_(True)
optimizer = torch.optim.Adam([spectrum], lr=0.05)
times = []
for _ in range(args.steps):
    begin = time.perf_counter()
    optimizer.zero_grad()
    (-activation(transformed(picture(spectrum)))).backward()
    optimizer.step()
    times.append(time.perf_counter() - begin)
with torch.no_grad():
    reached = activation(picture(spectrum)).item()
result = {
    "activation": reached,
    "seconds": sum(times),
    "msPerStep": 1000 * sorted(times)[len(times) // 2],
    "steps": args.steps,
    "seed": args.seed,
    "threads": args.threads,
    "torch": torch.__version__,
}
print(json.dumps(result))
