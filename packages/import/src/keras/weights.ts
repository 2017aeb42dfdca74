import type { LayerWeight } from "../formats/layer-weight.js";
import { modelClasses, type LayerContext, type LayerEntry } from "./layer.js";

type WeightsOf = LayerContext["weightsOf"];

/** In .h5 files and TF.js a weight bears its layer's name: `model/conv1/kernel`. */
export const byLayerName: WeightsOf = (held, { name, className }) => {
  const segments = name.split("/");
  const after = (path: readonly string[], at: number) => path.slice(at + segments.length);
  const startsAt = (path: readonly string[]) =>
    path.findIndex((_, i) => segments.every((one, j) => path[i + j] === one));
  const placed = held.map((weight) => ({ weight, at: startsAt(weight.path) })).filter(({ at }) => at >= 0);
  const own = placed.some(({ at }) => at === 0) ? placed.filter(({ at }) => at === 0) : placed;
  if (own.length === 0) return modelClasses.has(className) ? held : [];
  return own.map(({ weight, at }) => ({ path: after(weight.path, at), read: weight.read }));
};

const folders: ReadonlySet<string> = new Set(["layers", "_layer_checkpoint_dependencies"]);

/** In .keras files a weight lies where its layer stands among those of its class: `layers/conv2d_1/vars/0`. */
export const byPlace: WeightsOf = (held, { key }: LayerEntry) =>
  held.flatMap(({ path, read }): LayerWeight[] => {
    const [folder, layer, ...rest] = path;
    return folder !== undefined && folders.has(folder) && layer === key
      ? [{ path: rest.filter((one) => one !== "vars"), read }]
      : [];
  });
