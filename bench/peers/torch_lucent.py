"""bench/recipe.js asks the package torch-lucent itself: render_vis with its defaults on an ONNX model through onnx2torch.

torch_lucent.py MODEL LAYER CHANNEL [--steps N] [--seed N] [--threads N] --out FILE.npy writes the picture, [3, height, width] in
0..1, and prints a line of JSON with the times. Lucent runs the whole model at every step, and PyTorch computes the gradients of
its weights too: render_vis does not freeze them.
"""
import json
import random
import time
import warnings

import lucid_arguments
import numpy
import onnx
import torch
from lucent.optvis import objectives, param, render, transform
from onnx2torch import convert

warnings.filterwarnings("ignore")
parser = lucid_arguments.parser(__doc__)
parser.add_argument("--out", required=True)
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(args.seed)
random.seed(args.seed)
numpy.random.seed(args.seed)

net = convert(onnx.load(args.model)).eval()
mean = torch.tensor(args.mean).view(1, 3, 1, 1)
begin = time.perf_counter()
pictures = render.render_vis(
    net,
    objectives.channel(args.layer, args.channel),
    lambda: param.image(128),
    transforms=[*transform.standard_transforms, lambda x: 255 * x - mean],
    preprocess=False,
    thresholds=(args.steps,),
    progress=False,
    show_image=False,
)
seconds = time.perf_counter() - begin
numpy.save(args.out, pictures[-1][0].transpose(2, 0, 1).astype(numpy.float32))
print(json.dumps({"seconds": seconds, "steps": args.steps, "seed": args.seed, "threads": args.threads, "torch": torch.__version__}))
