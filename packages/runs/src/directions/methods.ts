import { XstarError, type Rng, type Runtime, type Spec } from "@xstar/core";
import type { Rows } from "@xstar/results";
import { activationMap } from "./activation-map.js";
import type { Fitted } from "./fitted.js";
import { groupsOf } from "./k-means.js";
import { factorize } from "./nmf.js";
import { sparseAutoencoder } from "./sparse-autoencoder.js";

/** How directions are found in the activations of a layer. */
export interface Method {
  /** In words, for the name of a group of directions. */
  readonly title: string;
  /** What each of them is. */
  readonly doc: string;
  /** The objective that pictures of them are made with. */
  readonly objective: "direction" | "cosineDirection";
  readonly most: number;
  fit(rows: Rows, count: number, using: { readonly rng: Rng; readonly runtime: Runtime }): Fitted | Promise<Fitted>;
}

/** All methods by name. */
export const methods = {
  kmeans: {
    title: "k-means",
    doc: "from the mean of all activations to that of a group of them",
    objective: "direction",
    most: 1024,
    fit: (rows, count, { rng }) => groupsOf(rows, count, rng),
  },
  nmf: {
    title: "NMF",
    doc: "a part of which activations are sums",
    objective: "direction",
    most: 1024,
    fit: (rows, count, { rng }) => factorize(rows, count, rng),
  },
  sae: {
    title: "sparse autoencoder",
    doc: "what one code of a TopK sparse autoencoder reads",
    objective: "direction",
    most: 65_536,
    fit: (rows, count, using) => sparseAutoencoder(rows, count, using),
  },
  map: {
    title: "map",
    doc: "the mean of activations that UMAP lays out in one cell",
    objective: "cosineDirection",
    most: 64,
    fit: (rows, side, { rng }) => activationMap(rows, side, rng),
  },
} as const satisfies Readonly<Record<string, Method>>;

/** The name of a method. */
export type MethodName = keyof typeof methods;

/** Directions that are wanted of each layer: how many by each method; of a map, cells along a side. */
export type DirectionsWanted = Readonly<Partial<Record<MethodName, number>>>;

/** What the directions of a layer by a method are called where layers have names. */
export const directionsName = (layer: string, method: MethodName): string => `${layer} ${methods[method].title}`;

/** Reads `kmeans=16,nmf=16`. Throws `bad-argument`. */
export function parseDirections(text: string): DirectionsWanted {
  const names = Object.keys(methods) as MethodName[];
  const entries = text.split(",").map((part) => {
    const [, name, count] = /^\s*(\w+)=(\d+)\s*$/.exec(part) ?? [];
    const method = names.find((one) => one === name);
    if (!method || Number(count) < 2 || Number(count) > methods[method].most) {
      throw new XstarError("bad-argument", `"${part}" is no number of directions by a method`, {
        hint: `Methods are ${names.map((one) => `${one} (up to ${methods[one].most})`).join(", ")}, as in kmeans=16,sae=64`,
      });
    }
    return [method, Number(count)] as const;
  });
  return Object.fromEntries(entries);
}

/** The objective of a picture that goes along a vector of a layer. */
export const objectiveAlong = (method: MethodName, of: object, vector: Float32Array): Spec<"objective"> =>
  ({ type: methods[method].objective, ...of, vector: Array.from(vector) }) as Spec<"objective">;
