import {
  compileAscent,
  maximize,
  type CompiledAscent,
  type MaximizeOptions,
  type Spec,
  type Tensor,
} from "@xstar/core";
import { canonicalGraph, sha256 } from "./canonical-graph.js";
import { drawPicture, networks } from "./pinned-networks.js";

/**
 * All that the pinned runs take from xstar is in this file and in pinned-networks.ts, so that whoever renames something
 * follows it here and leaves what is pinned alone. What has another name in records since then: the new name and the one
 * that was pinned; a field of one type as `fourier.decay`, by the type's new name.
 */
const formerTypes: Readonly<Record<string, string>> = { highFrequency: "blur" };
const formerFields: Readonly<Record<string, string>> = {
  attribution: "influence",
  redirectSteps: "redirect",
  restarts: "tries",
};

/** What a machine has no part in. */
export interface RunPin {
  /** What the record says. */
  readonly settings: unknown;
  /** Of the step graph and the one with redirected gradients, by structure and weights. */
  readonly graph: string;
  /** The live inputs (learning rates, weights, classes), in the order in which the graph reads them. */
  readonly live: readonly (readonly number[])[];
  /** Of the states before the first step, one for each try. */
  readonly start: string;
  /** Of the random numbers of all steps. */
  readonly drawn: string;
}

export interface PinnedRun {
  readonly pin: RunPin;
  readonly graphText: string;
  readonly pictures: Tensor;
  /** Of the bytes of the pictures, and of those of everything measured on the way. */
  readonly exact: { readonly pictures: string; readonly measured: string };
}

interface Run {
  readonly network: keyof typeof networks;
  readonly target: Spec<"objective"> | readonly Spec<"objective">[] | string | readonly string[];
  /** The recipe whose options go before those of the run. */
  readonly recipe?: Spec<"recipe">;
  readonly options?: MaximizeOptions;
}

export async function pinRun(name: keyof typeof runs): Promise<PinnedRun> {
  const { network, target, recipe, options = {} } = runs[name]!;
  const model = networks[network]();
  const plain: MaximizeOptions = { recipe: "none", optimizer: "gradient" };
  const all: MaximizeOptions = { contract: null, ...contracts[network], ...(recipe ? { recipe } : plain), ...options };

  const { step, record, begin, redirected } = await compileAscent(model, target, all);
  const graph = canonicalGraph(step.bytes, step.files);
  const graphText = [step, await redirected()].map(textOf).join("\n");
  const inOrder = (tensors: Readonly<Record<string, Tensor>>) =>
    Object.entries(tensors)
      .map(([input, t]) => ({ id: graph.idOf(input), t }))
      .sort((a, b) => a.id - b.id);
  const hashOf = (tensors: Readonly<Record<string, Tensor>>) =>
    sha256(...inOrder(tensors).flatMap(({ id, t }) => [`v${id} ${t.dtype}[${t.shape}]`, bytesOf(t)]));
  const { runtime: _, assumed: __, ...settings } = record;
  const pin = {
    settings: withFormerNames(JSON.parse(JSON.stringify(settings))),
    graph: sha256(graphText),
    live: inOrder(step.settings).map(({ t }) => Array.from(t.data as ArrayLike<unknown>, Number)),
    start: sha256(...Array.from({ length: record.restarts }, (_, attempt) => hashOf(begin(attempt)))),
    drawn: sha256(...Array.from({ length: record.steps + 1 }, (_, index) => hashOf(step.sample(index)))),
  };

  const { picture, curve, watch, attribution } = await maximize(model, target, all);
  const measured = [
    ...curve,
    ...Object.values(watch).flat(),
    ...(attribution ? [attribution.data as Float32Array] : []),
  ];
  const exact = { pictures: sha256(bytesOf(picture)), measured: sha256(...measured.map(viewOf)) };
  return { pin, graphText, pictures: picture, exact };
}

function textOf({ bytes, files, next }: CompiledAscent["step"]): string {
  const { text, idOf } = canonicalGraph(bytes, files);
  return (
    text +
    Object.entries(next)
      .map(([state, output]) => `v${idOf(output)} -> v${idOf(state)}\n`)
      .sort()
      .join("")
  );
}

const bytesOf = ({ data }: Tensor) => viewOf(data as Float32Array);
const viewOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

/** Of plain JSON: with the names that were pinned. */
function withFormerNames(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(withFormerNames);
  if (typeof given !== "object" || given === null) return given;
  const { type } = given as { type?: string };
  const former = (field: string) => formerFields[`${type}.${field}`] ?? formerFields[field] ?? field;
  const fields = Object.entries(given).map(([field, value]) => [former(field), withFormerNames(value)]);
  return { ...Object.fromEntries(fields), ...(type !== undefined && { type: formerTypes[type] ?? type }) };
}

const colourContract = { mean: [0.4, 0.45, 0.5], std: [0.2, 0.25, 0.3], layout: "NHWC", order: "BGR" } as const;
const contracts: Readonly<Record<string, MaximizeOptions>> = {
  colour: { contract: colourContract, labels: ["apple", "banana", "cherry", "date", "elder"] },
  photograph: { contract: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], order: "RGB" } },
};

const [photo, greyPhoto] = [drawPicture(3), drawPicture(1)];
const logit = (one: number | string) => ({ type: "logit", class: one });
const channel = (layer: string, one: number) => ({ type: "channel", layer, channel: one });
const four = <T>(of: (digit: number) => T) => [3, 1, 4, 5].map(of);

export const runs: Readonly<Record<string, Run>> = {
  "the article": {
    network: "article",
    recipe: { type: "article", steps: 4 },
    target: four((digit) => ({ type: "crossEntropy", class: digit })),
    options: {
      start: ["ones", "0.5", "zeros", "random"],
      watch: { logit: four(logit), confidence: four((digit) => ({ type: "probability", class: digit })) },
    },
  },
  "auto draws strokes": {
    network: "article",
    recipe: { type: "auto", steps: 3 },
    target: logit(7),
    options: { seed: 3 },
  },
  "auto on colours, the best picture kept": {
    network: "colour",
    recipe: { type: "auto", steps: 5 },
    target: { type: "probability", class: "cherry" },
    options: { keep: "best", patience: 4 },
  },
  "auto on photographs": {
    network: "photograph",
    recipe: { type: "auto", steps: 2 },
    target: logit(2),
  },
  "lucid, two targets": {
    network: "photograph",
    recipe: { type: "lucid", steps: 3 },
    target: [channel("mixed", 1), channel("low", 3)],
  },
  "distill, larger than the input": {
    network: "photograph",
    recipe: { type: "distill", steps: 2 },
    target: channel("mixed", 2),
    options: { size: [224, 200] },
  },
  "maco with attribution": {
    network: "photograph",
    recipe: { type: "maco", steps: 3, size: 128, crops: 6 },
    target: logit(3),
    options: { attribution: true },
  },
  "deepdream of a picture": {
    network: "photograph",
    recipe: { type: "deepdream", steps: 3, size: 160, image: "photo" },
    target: { type: "layer", layer: "mixed" },
    options: { images: { photo } },
  },
  caricature: {
    network: "photograph",
    recipe: { type: "caricature", steps: 3, image: "photo" },
    target: { type: "layer", layer: "mixed" },
    options: { images: { photo } },
  },
  accentuation: {
    network: "colour",
    recipe: { type: "accentuation", steps: 2, image: "photo", layer: "low", crops: 3 },
    target: logit("elder"),
    // at the image itself the direction of the distance would be that of rounding errors
    options: { images: { photo }, start: "natural" },
  },
  "cppn, three streams": {
    network: "grey",
    target: "second:5",
    options: {
      parameterization: { type: "cppn", layers: 2, width: 6 },
      transforms: [{ type: "noise", uniform: 0.02 }, { type: "blur" }, { type: "lighting" }],
      optimizer: { type: "adam" },
      schedule: { type: "cosine" },
      streams: [0, 0, 7],
      steps: 5,
    },
  },
  "pyramid with penalties": {
    network: "colour",
    target: "mixed:3 - 0.1*tv - 0.05*l1 - 0.05*l2 - 0.02*linf - 0.02*lp:p=4 - 0.1*highFrequency - 0.01*boundary",
    options: {
      parameterization: { type: "pyramid", levels: 3, color: "i1i2i3" },
      optimizer: { type: "lbfgs", history: 2 },
      steps: 6,
    },
  },
  "alpha on backgrounds": {
    network: "colour",
    target: { type: "mul", left: logit("banana"), right: { type: "sub", left: 2, right: { type: "opacity" } } },
    options: {
      parameterization: { type: "alpha" },
      transforms: [{ type: "background" }, { type: "jitter", pixels: 2 }, { type: "crops", count: 2 }],
      optimizer: { type: "rmsprop" },
      schedule: { type: "warmup", steps: 3 },
      steps: 4,
    },
  },
  "masked, clipped gradients": {
    network: "colour",
    target: "deep:3@1,1",
    options: {
      parameterization: {
        type: "masked",
        image: "photo",
        mask: "mask",
        inner: { type: "pixel", squash: "sigmoid", color: "imagenet" },
      },
      images: { photo, mask: greyPhoto },
      start: { type: "image", image: "photo" },
      transforms: [{ type: "pad", pixels: 2, mode: "mirror" }, { type: "flip" }, { type: "rotate" }, { type: "scale" }],
      optimizer: { type: "momentum", nesterov: true },
      schedule: { type: "staircase", every: 2 },
      clip: 0.5,
      redirectSteps: 0,
      steps: 4,
    },
  },
  "shared, diverse": {
    network: "colour",
    target: "interpolation:layer=mixed,from=0,to=5 + 0.5*diversity:mixed + 0.1*alignment:low",
    options: {
      parameterization: { type: "shared", inner: { type: "fourier", decay: 1.5 }, factors: [2, 4] },
      transforms: [{ type: "jitter" }],
      optimizer: { type: "adagrad" },
      schedule: { type: "exponential" },
      streams: [0, 1, 2],
      steps: 4,
    },
  },
  "starts of every type": {
    network: "grey",
    target: "scores:2 - 0.1*inputDifference:photo",
    options: {
      start: [
        { type: "uniform", low: -1 },
        { type: "normal" },
        { type: "natural" },
        { type: "image", image: "photo" },
        { type: "array", values: Float32Array.from({ length: 144 }, (_, i) => (i % 7) / 7) },
      ],
      images: { photo: greyPhoto },
      overrides: ["guidedRelu"],
      seed: 2 ** 40 + 3,
      steps: 3,
    },
  },
  "two networks": {
    network: "grey",
    target:
      "logit:1 + 2*other::direction:layer=deep,vector=1,0,-1,2,0,0,0,0,0,0,0,1 + cosine:layer=first,vector=1,2,3,4,5,6",
    options: {
      models: { other: { model: networks.colour(), contract: colourContract } },
      parameterization: { type: "pixel", range: [0, 1] },
      optimizer: { type: "signed", learningRate: 0.02 },
      start: "natural",
      steps: 3,
    },
  },
  "generator, the best of restarts": {
    network: "grey",
    target: "first:2@4,5",
    options: {
      generators: { decoder: { model: networks.decoder() } },
      parameterization: { type: "generator", model: "decoder" },
      optimizer: { type: "adamw" },
      schedule: { type: "linear" },
      restarts: 5,
      keep: "best",
      steps: 4,
    },
  },
};
