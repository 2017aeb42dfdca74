import { check } from "../errors.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import { readFront, type Front } from "./front.js";
import { inputKind, type InputKind, type Kind } from "./input-kind.js";
import { pictureInput } from "./layers.js";
import { isUltralytics, metadataEntry } from "./metadata.js";

/** Where the channels of a model's input can lie: after the batch, or last. */
export const layouts = ["NCHW", "NHWC"] as const;
/** What the channels of a model's input can be. */
export const orders = ["RGB", "BGR", "gray"] as const;

/** Where the channels of a model's input lie: after the batch, or last. */
export type Layout = (typeof layouts)[number];

/** What the channels of a model's input are; `gray` in a model of three channels is the same picture in each. */
export type ChannelOrder = (typeof orders)[number];

/**
 * How a picture becomes the model's input: input = (picture - mean) / std, channel by channel. Pictures are always
 * [batch, channels, height, width], RGB, from 0 (black) to 1 (white); layout and order are those of the input.
 */
export interface Contract {
  /** In picture units; one number for all channels of the input or one for each, in the input's order. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** @default "NCHW" */
  readonly layout?: Layout;
  /** The picture's own channels when left out. */
  readonly order?: ChannelOrder;
  /** What the input holds, where somebody says so. */
  readonly kind?: Kind;
  /** Samples a second of a signal, where somebody says so. */
  readonly rate?: number;
}

/** The parts of a contract that somebody knows. */
export type PartialContract = Partial<Contract>;

/** Why a part of a contract is as it is. */
export interface ContractReason {
  readonly field: "range" | "layout" | "order";
  readonly why: string;
  /** False when it is only what most models have. */
  readonly sure: boolean;
}

/** What the input contract of a model is thought to be, and why. */
export interface ContractGuess {
  readonly contract: Contract;
  readonly because: readonly ContractReason[];
  /** Whether every part is known or read from the model. */
  readonly sure: boolean;
}

/**
 * The normalization of a model whose input goes from `low` (black) to `high` (white).
 *
 * @example
 * const { mean, std } = contractOfRange(-1, 1);
 */
export function contractOfRange(low: number, high: number): Pick<Contract, "mean" | "std"> {
  return { mean: [(0 - low) / (high - low)], std: [1 / (high - low)] };
}

/**
 * The values that black and white become, by channel of the input (one pair when all are equal).
 *
 * @example
 * rangeOf({ mean: [0.5], std: [0.5], layout: "NCHW", order: "RGB" }); // [[-1, 1]]
 */
export function rangeOf({ mean, std }: Contract): (readonly [number, number])[] {
  return Array.from({ length: Math.max(mean.length, std.length) }, (_, c) => {
    const [m, s] = [mean[c] ?? mean[0]!, std[c] ?? std[0]!];
    return [(0 - m) / s, (1 - m) / s] as const;
  });
}

/** Who gave a part of a contract, as a reason: "net.contract.json says so". */
export type ContractSources = Readonly<Partial<Record<ContractReason["field"], string>>>;

export interface GuessOptions {
  /** What is known already. */
  readonly given?: PartialContract;
  /** Why the given parts are as they are. */
  readonly from?: ContractSources;
  /** @default pictureInput(source) */
  readonly picture?: DeclaredInput;
}

interface Found<T> {
  readonly value: T;
  readonly why: string;
  readonly sure: boolean;
}

/** The words for what an input holds. */
const nouns: Readonly<Record<Kind, string>> = {
  picture: "a picture",
  audio: "sound",
  series: "a signal",
  embedding: "vectors",
  table: "a list of numbers",
  video: "a video",
};

/** What an input holds, in words: "a signal". */
export const nounOf = (kind: InputKind["kind"]): string => nouns[kind];

/**
 * The input contract of a model, with why: what is known already (`given`), else what its metadata, its first operators
 * and the shape of its input tell, else what most models have. What is no picture is left as it is, which is never sure.
 * Throws `unsupported-model` without an input of floating-point numbers.
 *
 * @example
 * const { contract, because, sure } = guessContract(model.source);
 */
export function guessContract(source: Model, options: GuessOptions = {}): ContractGuess {
  check(Array.isArray(source?.inputs), "source", "what readModel returns, as the source of a loaded model", source);
  const { given = {}, from = {}, picture = pictureInput(source) } = options;
  const known = <T>(value: T | undefined, field: ContractReason["field"]): Found<T> | undefined =>
    value === undefined ? undefined : { value, why: from[field] ?? "it was given", sure: true };
  const normalization =
    given.mean || given.std ? known({ mean: given.mean ?? [0], std: given.std ?? [1] }, "range") : undefined;
  const { kind } = inputKind(source, picture, { given });
  const said = {
    ...(given.kind !== undefined && { kind: given.kind }),
    ...(given.rate !== undefined && { rate: given.rate }),
  };
  if (kind !== "picture") {
    const numbers = {
      value: { mean: [0], std: [1] },
      why: `the input is ${nouns[kind]}: its numbers are left as they are`,
    };
    const range: Found<Pick<Contract, "mean" | "std">> = normalization ?? { ...numbers, sure: false };
    const layout = given.layout && { layout: given.layout };
    const order = given.order && { order: given.order };
    return joined({ ...range.value, ...layout, ...order, ...said }, [["range", range]]);
  }
  const front = readFront(source, picture);
  const layout = known(given.layout, "layout") ?? layoutOf(source, picture, front);
  const channels = channelsOf(picture, layout.value, front);
  const order = known(given.order, "order") ?? orderOf(source, channels);
  const range = normalization ?? rangeFound(source, { front, channels, picture });
  return joined({ ...range.value, layout: layout.value, ...(order && { order: order.value }), ...said }, [
    ["range", range],
    ["layout", layout],
    ...(order ? [["order", order] as const] : []),
  ]);
}

function joined(
  contract: Contract,
  found: readonly (readonly [ContractReason["field"], Found<unknown>])[],
): ContractGuess {
  const because = found.map(([field, { why, sure }]) => ({ field, why, sure }));
  return { contract, because, sure: because.every(({ sure }) => sure) };
}

/**
 * Channels of the picture input [N, C, H, W] or [N, H, W, C]; undefined when nothing tells.
 *
 * @example
 * pictureChannels(model.source, "NCHW", pictureInput(model.source)); // 3
 */
export function pictureChannels(source: Model, layout: Layout, picture: DeclaredInput): number | undefined {
  return channelsOf(picture, layout, readFront(source, picture));
}

function channelsOf({ dims }: DeclaredInput, layout: Layout, { channels }: Front): number | undefined {
  const declared = dims[layout === "NHWC" ? 3 : 1];
  return typeof declared === "number" ? declared : channels;
}

const zeroToOne = { mean: [0], std: [1] };

const pixelRanges: Readonly<Record<string, readonly [number, number]>> = {
  nominalrange_0_255: [0, 255],
  normalized_0_1: [0, 1],
  normalized_1_1: [-1, 1],
  nominalrange_16_235: [16, 235],
};

interface Seen {
  readonly front: Front;
  readonly channels: number | undefined;
  readonly picture: DeclaredInput;
}

function rangeFound(
  source: Model,
  { front, channels, picture: { whole } }: Seen,
): Found<Pick<Contract, "mean" | "std">> {
  const [key, written] = metadataEntry(source, "Image.NominalPixelRange") ?? [];
  const range = pixelRanges[written?.toLowerCase() ?? ""];
  if (range) return { value: contractOfRange(...range), why: `the metadata says ${key} ${written}`, sure: true };
  if (whole === "uint8")
    return { value: contractOfRange(0, 255), why: "the file takes whole numbers of 8 bits (uint8)", sure: true };
  if (isUltralytics(source)) return { value: zeroToOne, why: "Ultralytics models take 0 to 1", sure: true };

  const { center, spread, by } = front;
  const names = [...new Set(by)].join(", ");
  const why = `the model itself normalizes (${names}: mean ${list(center)}, deviation ${list(spread)})`;
  const widest = Math.max(...spread.map(Math.abs));
  if (by.length > 0 && [...center, ...spread].every(Number.isFinite)) {
    if (center.some((c) => Math.abs(c) > 2) || widest > 16)
      return { value: contractOfRange(0, 255), why: `${why}, which fits 0 to 255`, sure: true };
    const isInside = center.every((c) => c > 0.05 && c < 0.95) && widest <= 1;
    if (isInside || widest < 0.05) return { value: zeroToOne, why: `${why}, which fits 0 to 1`, sure: true };
  }
  const colours = channels === 3 ? "colour" : "grey";
  const habit = habitOf(source, colours);
  if (habit)
    return { value: habit.range, why: `models from ${source.producer} mostly take ${habit.what}`, sure: false };
  return { value: zeroToOne, why: "nothing in the file tells: 0 to 1 is only a default", sure: false };
}

/** Means of red, green and blue over ImageNet, and their deviations, from 0 to 1. */
const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

interface Habit {
  readonly producer: RegExp;
  readonly pictures: "grey" | "colour";
  readonly range: Pick<Contract, "mean" | "std">;
  readonly order?: ChannelOrder;
  readonly what: string;
}

const habitOf = (source: Model, pictures: Habit["pictures"]): Habit | undefined =>
  habits.find((one) => one.producer.test(source.producer) && one.pictures === pictures);

/** What most models of some exporters take, where their files do not say so. */
const habits: readonly Habit[] = [
  {
    producer: /caffe/i,
    pictures: "colour",
    range: { mean: [122.679 / 255, 116.669 / 255, 104.007 / 255], std: [1 / 255] },
    what: "0 to 255 minus the mean of ImageNet",
  },
  { producer: /caffe|cntk/i, pictures: "grey", range: contractOfRange(0, 255), what: "0 to 255" },
  {
    producer: /keras.*(mobilenet|xception|inception|resnetv2|nasnet)/i,
    pictures: "colour",
    range: contractOfRange(-1, 1),
    what: "-1 to 1",
  },
  {
    producer: /keras.*\((vgg|resnet)\)/i,
    pictures: "colour",
    range: { mean: [103.939 / 255, 116.779 / 255, 123.68 / 255], std: [1 / 255] },
    order: "BGR",
    what: "0 to 255 minus the mean of ImageNet, blue first, as Caffe's did",
  },
  {
    producer: /keras.*\(densenet\)/i,
    pictures: "colour",
    range: imageNet,
    what: "0 to 1 minus the mean of ImageNet over its deviation",
  },
  { producer: /tfl|tensorflow lite/i, pictures: "colour", range: contractOfRange(-1, 1), what: "-1 to 1" },
  {
    producer: /pytorch/i,
    pictures: "colour",
    range: imageNet,
    what: "0 to 1 minus the mean of ImageNet over its deviation",
  },
];

const list = (values: readonly number[]) => [...new Set(values.map((x) => String(Number(x.toPrecision(4)))))].join(" ");

/** Numbers of channels that pictures have. */
const usualChannels: ReadonlySet<unknown> = new Set([1, 3, 4]);

function layoutOf(source: Model, { dims }: DeclaredInput, front: Front): Found<Layout> {
  const [, second, , last] = dims;
  if (front.isMoved)
    return { value: "NHWC", why: "the model moves the last axis to the place of the channels", sure: true };
  if (front.channels !== undefined && (second === undefined || second === front.channels || typeof second === "string"))
    return {
      value: "NCHW",
      why: `the first Conv reads ${front.channels === 1 ? "one channel" : `${front.channels} channels`} from the second axis`,
      sure: true,
    };
  const [isFirst, isLast] = [usualChannels.has(second), usualChannels.has(last)];
  if (isFirst !== isLast) {
    const value = isFirst ? "NCHW" : "NHWC";
    return { value, why: `the input is [${dims.map((dim) => dim ?? "?").join(", ")}]`, sure: true };
  }
  if (/keras|tensorflow|tf2onnx|tflite/i.test(source.producer))
    return { value: "NHWC", why: `${source.producer} writes NHWC, but the file does not say so`, sure: false };
  return { value: "NCHW", why: "nothing in the file tells: most ONNX models have it", sure: false };
}

function orderOf(source: Model, channels: number | undefined): Found<ChannelOrder> | undefined {
  const [key, written = ""] = metadataEntry(source, "Image.BitmapPixelFormat") ?? [];
  const value = /^bgr/i.test(written) ? "BGR" : /^rgb/i.test(written) ? "RGB" : /^gray/i.test(written) ? "gray" : "";
  if (value) return { value, why: `the metadata says ${key} ${written}`, sure: true };
  if (channels === 1) return { value: "gray", why: "the input has one channel", sure: true };
  if (isUltralytics(source)) return { value: "RGB", why: "Ultralytics models take RGB", sure: true };
  if (channels !== undefined && channels !== 3) return undefined;
  const habit = habitOf(source, "colour");
  // what may have any number of channels need not have colours
  if (channels === undefined && !habit?.order) return undefined;
  if (habit?.order) return { value: habit.order, why: `models from ${source.producer} mostly take it`, sure: false };
  const why = /caffe/i.test(source.producer)
    ? `nothing in the file tells: ${source.producer} keeps what the model was trained with, RGB or Caffe's own BGR`
    : "nothing in the file tells: most models take RGB, those from Caffe BGR";
  return { value: "RGB", why, sure: false };
}
