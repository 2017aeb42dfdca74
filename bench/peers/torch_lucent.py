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

model = onnx.load(args.model)
net = convert(model).eval()
mean, std = (torch.tensor(given).view(1, 3, 1, 1) for given in (args.mean, args.std))
# onnx2torch: modules have no dots in their names
layer = lucid_arguments.node_of(model, args.layer).name.replace(".", "/")
objective = objectives.neuron if args.centre else objectives.channel
begin = time.perf_counter()
pictures = render.render_vis(
    net,
    objective(layer, args.channel),
    lambda: param.image(args.side),
    transforms=[*transform.standard_transforms, lambda x: (x - mean) / std],
    preprocess=False,
    fixed_image_size=args.size,
    thresholds=(args.steps,),
    progress=False,
    show_image=False,
)
seconds = time.perf_counter() - begin
numpy.save(args.out, pictures[-1][0].transpose(2, 0, 1).astype(numpy.float32))
result = {
    "seconds": seconds,
    "processor": time.process_time(),
    "steps": args.steps,
    "seed": args.seed,
    "threads": args.threads,
    "torch": torch.__version__,
}
print(json.dumps(result))
