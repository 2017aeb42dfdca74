"""Maps of Captum and pytorch-grad-cam on the same weights (through onnx2torch), one JSON job a line on stdin, answers on stdout."""

import json
import sys

import numpy as np
import onnx
import torch
from captum.attr import (
    GradientShap,
    GuidedBackprop,
    InputXGradient,
    IntegratedGradients,
    LayerConductance,
    LayerGradCam,
    LayerGradientXActivation,
    NoiseTunnel,
    Occlusion,
    Saliency,
)
from onnx2torch import convert
from pytorch_grad_cam import (
    EigenCAM,
    FinerCAM,
    GradCAM,
    GradCAMPlusPlus,
    HiResCAM,
    LayerCAM,
    XGradCAM,
)
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

torch.manual_seed(0)
# methods that draw at random are drawn twice: how alike two draws are tells their noise
drawn = {"smoothGrad", "varGrad", "expectedGradients", "rise"}


class Network(torch.nn.Module):
    """From a picture in picture units to the scores before a softmax."""

    def __init__(self, path, mean, std, bgr, scores):
        super().__init__()
        model = onnx.load(path)
        softmax = [n for n in model.graph.node if n.op_type == "Softmax" and n.output[0] == model.graph.output[0].name]
        if softmax:
            model.graph.output[0].name = softmax[0].input[0]
            model.graph.node.remove(softmax[0])
        self.by_value = {out: n.name for n in model.graph.node for out in n.output}
        self.clips = any(n.op_type == "Clip" for n in model.graph.node)
        self.net = convert(model).eval()
        for one in self.net.modules():
            if isinstance(one, torch.nn.ReLU):
                one.inplace = False
        self.bgr = bgr
        self.register_buffer("mean", torch.tensor(mean).reshape(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).reshape(1, -1, 1, 1))

    def forward(self, x):
        if self.bgr:
            x = x.flip(1)
        found = self.net((x - self.mean) / self.std)
        return (found[0] if isinstance(found, (list, tuple)) else found).flatten(1)

    def layer(self, value):
        name = self.by_value[value]
        modules = dict(self.net.named_modules())
        for one in (name, name.replace("/", "."), name.replace(".", "/"), name.strip("/").replace("/", ".")):
            if one in modules and one:
                return modules[one]
        wanted = "".join(c for c in name if c.isalnum()).lower()
        for one, module in modules.items():
            if "".join(c for c in one if c.isalnum()).lower() == wanted:
                return module
        raise KeyError(f"{value} ({name}) among {list(modules)[-8:]}")


def total(x):
    return x.sum(1)[0].detach().numpy()


def largest(x):
    return x.abs().max(1).values[0].detach().numpy()


def over_places(x):
    return x[0].flatten(1).sum(1).detach().numpy()


def rise(network, picture, target, samples, seed, cells=7):
    """RISE by its paper, on its own."""
    rng = np.random.default_rng(seed)
    _, _, height, width = picture.shape
    seen_sum = np.zeros((height, width))
    kept = np.zeros((height, width))
    with torch.no_grad():
        for start in range(0, samples, 50):
            grids = torch.tensor((rng.random((50, 1, cells, cells)) < 0.5).astype("float32"))
            cell = (-(-height // cells), -(-width // cells))
            masks = torch.nn.functional.interpolate(
                grids, size=((cells + 1) * cell[0], (cells + 1) * cell[1]), mode="bilinear", align_corners=False
            )
            cut = []
            for mask in masks:
                y, x = rng.integers(cell[0]), rng.integers(cell[1])
                cut.append(mask[:, y : y + height, x : x + width])
            masks = torch.stack(cut)
            score = torch.softmax(network(picture * masks), 1)[:, target].numpy()
            kept += (score[:, None, None] * masks[:, 0].numpy()).sum(0)
            seen_sum += masks[:, 0].numpy().sum(0)
    return kept / seen_sum


def maps(job):
    network = Network(job["model"], job["mean"], job["std"], job["bgr"], job.get("scores"))
    picture = torch.tensor(np.load(job["picture"]))[None]
    target = job["class"]
    layer = network.layer(job["layer"])
    names = job["methods"]
    seeds = job["seeds"]
    wanted = {
        "gradient": lambda: largest(Saliency(network).attribute(picture.clone().requires_grad_(), target=target, abs=False)),
        "gradientInput": lambda: total(InputXGradient(network).attribute(picture.clone().requires_grad_(), target=target)),
        "integratedGradients": lambda: total(
            IntegratedGradients(network).attribute(
                picture, torch.zeros_like(picture), target=target, n_steps=64, method="riemann_middle", internal_batch_size=8
            )
        ),
        "occlusion": lambda: total(
            Occlusion(network).attribute(
                picture,
                sliding_window_shapes=(picture.shape[1], job["window"][0], job["window"][1]),
                strides=(picture.shape[1], job["stride"][0], job["stride"][1]),
                baselines=0,
                target=target,
            )
        ),
        "smoothGrad": lambda: largest(
            NoiseTunnel(Saliency(network)).attribute(
                picture, nt_type="smoothgrad", nt_samples=32 * seeds, nt_samples_batch_size=8, stdevs=0.15, target=target, abs=False
            )
        ),
        "varGrad": lambda: total(
            NoiseTunnel(Saliency(network)).attribute(
                picture, nt_type="vargrad", nt_samples=32 * seeds, nt_samples_batch_size=8, stdevs=0.15, target=target, abs=False
            )
        ),
        "expectedGradients": lambda: total(
            GradientShap(network).attribute(
                picture, torch.tensor(np.load(job["images"])), n_samples=64 * seeds, stdevs=0.0, target=target
            )
        ),
        # what each unit of the layer is worth, summed over its places
        "conductance": lambda: over_places(
            LayerConductance(network, layer).attribute(
                picture, torch.zeros_like(picture), target=target, n_steps=256, method="riemann_trapezoid", internal_batch_size=256
            )
        ),
        "attribution": lambda: over_places(
            LayerGradientXActivation(network, layer).attribute(picture.clone().requires_grad_(), target)
        ),
        "rise": lambda: rise(network, picture, target, 500 * seeds, int(torch.randint(2**31, (1,)))),
    }
    cams = {
        "gradCam": GradCAM,
        "gradCamPlusPlus": GradCAMPlusPlus,
        "hiResCam": HiResCAM,
        "layerCam": LayerCAM,
        "xGradCam": XGradCAM,
        "eigenCam": EigenCAM,
    }
    for name, cam in cams.items():
        wanted[name] = lambda cam=cam: cam(network, [layer])(picture.clone(), [ClassifierOutputTarget(target)])[0]
    wanted["finerCam"] = lambda: FinerCAM(network, [layer])(picture.clone(), target_idx=target)[0]

    def guided():
        if network.clips:
            raise ValueError("Captum guides ReLU alone, and this network clips")
        cam = torch.relu(LayerGradCam(network, layer).attribute(picture.clone().requires_grad_(), target))
        sized = torch.nn.functional.interpolate(cam, size=picture.shape[2:], mode="bilinear", align_corners=False)
        back = GuidedBackprop(network).attribute(picture.clone().requires_grad_(), target)
        return sized[0, 0].detach().numpy() * largest(back)

    wanted["guidedGradCam"] = guided
    answer = {}
    for name in names:
        if name not in wanted:
            continue
        try:
            path = f"{job['out']}/{name}.peer.npy"
            np.save(path, np.asarray(wanted[name](), dtype="float32"))
            answer[name] = path
            if name in drawn:
                again = f"{job['out']}/{name}.again.npy"
                np.save(again, np.asarray(wanted[name](), dtype="float32"))
                answer[f"{name} again"] = again
        except Exception as error:  # an implementation that cannot do a model is reported, not hidden
            answer[name] = f"failed: {type(error).__name__}: {error}"[:300]
    with torch.no_grad():
        answer["value"] = float(network(picture)[0, target])
    return answer


print("ready Captum and pytorch-grad-cam, torch " + torch.__version__, flush=True)
for line in sys.stdin:
    print(json.dumps(maps(json.loads(line))), flush=True)
