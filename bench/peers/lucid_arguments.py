"""What torch_lucid.py and torch_lucent.py take, and how they find what is maximized."""
import argparse


def parser(about):
    result = argparse.ArgumentParser(description=about)
    result.add_argument("model")
    result.add_argument("layer", help="the output or the name of a node")
    result.add_argument("channel", type=int)
    result.add_argument("--centre", action="store_true", help="the neuron in the centre of the channel, not all of it")
    result.add_argument("--steps", type=int, default=512)
    result.add_argument("--seed", type=int, default=0)
    result.add_argument("--threads", type=int, default=2)
    result.add_argument("--side", type=int, default=128, help="of the picture that is made")
    result.add_argument("--size", type=int, default=224, help="of the network's input")
    mean, std = [122.679 / 255, 116.669 / 255, 104.007 / 255], [1 / 255] * 3
    result.add_argument("--mean", type=float, nargs=3, default=mean, help="the model takes (rgb - mean) / std, rgb in 0..1")
    result.add_argument("--std", type=float, nargs=3, default=std)
    return result


def node_of(model, layer):
    """The node whose output or name is a layer."""
    return next(node for node in model.graph.node if layer in (*node.output, node.name))
