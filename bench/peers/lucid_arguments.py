"""What torch_lucid.py and torch_lucent.py take."""
import argparse


def parser(about):
    result = argparse.ArgumentParser(description=about)
    result.add_argument("model")
    result.add_argument("layer")
    result.add_argument("channel", type=int)
    result.add_argument("--steps", type=int, default=512)
    result.add_argument("--seed", type=int, default=0)
    result.add_argument("--threads", type=int, default=2)
    mean = [122.679, 116.669, 104.007]
    result.add_argument("--mean", type=float, nargs=3, default=mean, help="the model takes 255 rgb - mean")
    return result
