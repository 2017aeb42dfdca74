import { XstarError } from "../errors.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import { shapesOf, type Shape, type ShapesByName } from "../tensor.js";
import { guessContract, isUltralytics, pictureChannels, type Layout } from "./contract.js";
import { givenTensors, withGivenShapes, type GivenInputs } from "./given.js";
import { pictureInput } from "./layers.js";
import { inputShapes, type LoadedModel } from "./load.js";

/** Inputs of more channels are no pictures whose size would be worth several trials. */
const mostChannels = 16;

/** What is known of the shapes of inputs. */
export interface ShapeOptions {
  /** @default 1 */
  readonly batch?: number;
  /** Shapes that the caller knows, by the name of the input. */
  readonly shapes?: ShapesByName;
  /** Where the channels of the picture lie; guessed when left out. */
  readonly layout?: Layout | undefined;
  /** What other inputs hold, which may decide whether the model runs. */
  readonly inputs?: GivenInputs;
  /** @default pictureInput(model.source) */
  readonly picture?: DeclaredInput;
}

/** The shapes that inputs get, and what was taken for granted. */
export interface ChosenShapes {
  readonly shapes: Map<string, Shape>;
  /** What was taken for granted, in whole sentences without a period. */
  readonly assumed: readonly string[];
}

/** Sides of the pictures that networks are usually made for, tried one after the other where the usual one does not run. */
const usualSides: readonly number[] = [224, 28, 32, 64, 96, 128, 227, 256, 299, 384, 416, 512, 640];

/**
 * The shape of every input. A picture whose height and width are free gets those that the metadata names, else the usual
 * ones (224, or 28 with one channel), else the first with which the model runs; free features of a vector are read from
 * the weights behind it. Throws `bad-argument` when another dimension is free and was not given.
 *
 * @example
 * const { shapes, assumed } = await chooseShapes(model);
 */
export async function chooseShapes(
  model: LoadedModel,
  { batch = 1, shapes: free, layout, inputs = {}, picture = pictureInput(model.source) }: ShapeOptions = {},
): Promise<ChosenShapes> {
  const { source } = model;
  const shapes = withGivenShapes(shapesOf(free), inputs);
  const [first, ...rest] = picture.dims;
  const isKnown = shapes.has(picture.name) || rest.every((dim) => typeof dim === "number");
  if (isKnown) return { shapes: inputShapes(source.inputs, batch, shapes), assumed: [] };

  const rows = typeof first === "number" ? first : batch;
  const fill = (shape: Shape, assumed: string): ChosenShapes => ({
    shapes: inputShapes(source.inputs, batch, new Map([...shapes, [picture.name, [rows, ...shape]]])),
    assumed: [assumed],
  });
  if (picture.dims.length === 2) {
    const features = featuresOf(source, picture);
    if (features === undefined) return { shapes: inputShapes(source.inputs, batch, shapes), assumed: [] };
    return fill([features], `Input "${picture.name}" has ${features} features, as the weights behind it need`);
  }
  if (picture.dims.length !== 4) return { shapes: inputShapes(source.inputs, batch, shapes), assumed: [] };

  const where = layout ?? guessContract(source, { picture }).contract.layout ?? "NCHW";
  const channels = pictureChannels(source, where, picture) ?? 3;
  const [height, width] = where === "NHWC" ? [rest[0], rest[1]] : [rest[1], rest[2]];
  const candidates = sidesToTry(source, channels, [height, width]);
  let failure: unknown;
  for (const { sides, why } of candidates) {
    const shape = where === "NHWC" ? [...sides, channels] : [channels, ...sides];
    const chosen = fill(shape, `Input "${picture.name}" leaves its size free: ${sides.join(" x ")} ${why}`);
    try {
      await model.at(chosen.shapes, givenTensors(source.inputs, inputs, chosen.shapes));
      return chosen;
    } catch (error) {
      if (!XstarError.is(error) || error.code !== "unsupported-model") throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function sidesToTry(source: Model, channels: number, declared: readonly DeclaredInput["dims"][number][]) {
  const fixed = declared.find((dim) => typeof dim === "number");
  const usual = channels === 1 ? 28 : 224;
  const [, high, wide] = /^\[?\s*(\d+)\s*,\s*(\d+)\s*\]?$/.exec(source.metadata.get("imgsz") ?? "") ?? [];
  const written = isUltralytics(source) && high && wide ? [{ sides: [+high, +wide], why: "is in the metadata" }] : [];
  if (fixed !== undefined) {
    const sides = declared.map((dim) => (typeof dim === "number" ? dim : fixed));
    return [{ sides, why: "is taken, a square" }];
  }
  const others = channels <= mostChannels ? usualSides.filter((side) => side !== usual) : [];
  return [
    ...written,
    { sides: [usual, usual], why: `is taken, usual for ${channels} channel${channels === 1 ? "" : "s"}` },
    ...others.map((side) => ({
      sides: [side, side],
      why: "is taken, the first usual size with which the model runs",
    })),
  ];
}

/** Rows of the weights that a vector is multiplied with. */
function featuresOf({ graph, inputs }: Model, picture: DeclaredInput): number | undefined {
  const value = graph.inputs[inputs.indexOf(picture)]!;
  const reader = graph.nodes.find(({ inputs: [x], opType }) => x === value && /^(Gemm|MatMul)$/.test(opType));
  const shape = reader?.inputs[1]?.type?.shape;
  return shape?.length === 2 ? shape[reader!.int("transB", 0)] : undefined;
}
