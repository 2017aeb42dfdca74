import { XstarError } from "@xstar/core";
import { jsonOf, textOf, type ModelFiles } from "../files.js";
import { readHdf5, type Hdf5 } from "../formats/hdf5.js";
import { readTfjsWeights, type TfjsModel } from "../formats/tfjs.js";
import { readZip } from "../formats/zip.js";
import type { KerasModel } from "./import.js";
import type { Config } from "./layer.js";
import type { LayerWeight } from "../formats/layer-weight.js";
import { byLayerName, byPlace } from "./weights.js";

interface Topology {
  readonly class_name: string;
  readonly config: Config;
  readonly keras_version?: string;
}

/** A Keras configuration; undefined for other JSON. */
export function asTopology(json: unknown): Topology | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  if ("class_name" in json && "config" in json)
    return { ...(json as Topology), config: asConfig((json as Topology).config) };
  const { model_config: inner, keras_version } = json as { model_config?: unknown; keras_version?: string };
  const topology = asTopology(typeof inner === "string" ? JSON.parse(inner) : inner);
  return topology && { ...topology, ...(keras_version !== undefined && { keras_version }) };
}

/** Keras 2.0 has a bare list for a Sequential model. */
const asConfig = (config: Config | readonly unknown[]): Config =>
  Array.isArray(config) ? { layers: config } : (config as Config);

/** `kernel:0` is the kernel. */
const bare = ({ path, read }: LayerWeight): LayerWeight => ({
  path: [...path.slice(0, -1), path.at(-1)!.replace(/:\d+$/, "")],
  read,
});

/** A whole model in HDF5, or weights with the model's configuration in a JSON file beside them. */
export async function readKerasH5(bytes: Uint8Array, files: ModelFiles): Promise<KerasModel> {
  const file = await readHdf5(bytes);
  const text = file.text("model_config");
  const topology = text === undefined ? await topologyBeside(files) : asTopology(JSON.parse(text));
  if (!topology)
    throw new XstarError("bad-model", "The HDF5 file holds no Keras model", { hint: "Save it with model.save(...)" });
  return modelOf(topology, file, file.text("keras_version"));
}

function modelOf(
  { class_name: className, config, keras_version }: Topology,
  file: Hdf5,
  version = keras_version,
): KerasModel {
  const weights = file.arrays
    .map(bare)
    .map(({ path, read }) => ({ path: path[0] === "model_weights" ? path.slice(1) : path, read }));
  return { className, config, version, weights, weightsOf: byLayerName };
}

async function topologyBeside(files: ModelFiles): Promise<Topology> {
  const stem = files.name.replace(/\.[^.]*$/, "");
  const candidates = (await files.list())
    .filter((name) => /\.json$/i.test(name))
    .sort((p, q) => Number(q.startsWith(stem)) - Number(p.startsWith(stem)));
  for (const name of candidates) {
    const topology = asTopology(jsonOf(await files.read(name)));
    if (topology) return topology;
  }
  throw new XstarError(
    "unsupported-model",
    `"${files.name}" holds weights alone: what the network computes is not in it`,
    {
      hint: "Put the result of model.to_json() beside it as a .json file, or save the whole model with model.save(...)",
    },
  );
}

/** A configuration alone, with its weights in an HDF5 file beside it. */
export async function readKerasTopology(topology: Topology, files: ModelFiles): Promise<KerasModel> {
  const stem = files.name.replace(/\.[^.]*$/, "");
  const beside = (await files.list())
    .filter((name) => /\.(h5|hdf5|keras)$/i.test(name))
    .sort((p, q) => Number(q.startsWith(stem)) - Number(p.startsWith(stem)));
  const [name] = beside;
  if (name === undefined) {
    throw new XstarError("unsupported-model", `"${files.name}" describes a network without its weights`, {
      hint: "Put the result of model.save_weights(...) beside it as an .h5 file",
    });
  }
  return modelOf(topology, await readHdf5(await files.read(name)), topology.keras_version);
}

/** The archive that Keras 3 saves. */
export async function readKerasArchive(bytes: Uint8Array): Promise<KerasModel> {
  const entries = readZip(bytes, (name) => /^(metadata|config)\.json$|^model\.weights\.(h5|npz)$/.test(name));
  const [config, metadata, weights] = ["config.json", "metadata.json", "model.weights.h5"].map((name) =>
    entries.get(name),
  );
  const topology = config && asTopology(jsonOf(config));
  if (!topology) throw new XstarError("bad-model", "The archive holds no configuration of a Keras model");
  if (!weights)
    throw new XstarError("unsupported-model", "The archive holds no model.weights.h5", {
      hint: 'Save the model as ".keras" with h5py installed',
    });
  const { keras_version } = (metadata ? JSON.parse(textOf(metadata)) : {}) as { keras_version?: string };
  const file = await readHdf5(weights);
  return {
    className: topology.class_name,
    config: topology.config,
    version: keras_version,
    weights: file.arrays,
    weightsOf: byPlace,
  };
}

/** A layers model of TensorFlow.js. */
export async function readTfjsLayers(model: TfjsModel, files: ModelFiles): Promise<KerasModel> {
  const topology = asTopology(model.modelTopology)!;
  const held = await readTfjsWeights(model, files, files.name);
  const weights = [...held].map(([name, tensor]) => bare({ path: name.split("/"), read: () => tensor }));
  const version = (model.modelTopology["keras_version"] as string | undefined) ?? topology.keras_version;
  return {
    className: topology.class_name,
    config: topology.config,
    version: version?.startsWith("tfjs") ? "2" : version,
    weights,
    weightsOf: byLayerName,
  };
}
