import { oneOf, XstarError } from "../errors.js";
import type { Node, Value } from "../ir/graph.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import type { GivenInputs } from "./given.js";

/** What an input may hold. */
export const kinds = ["picture", "audio", "series", "embedding", "table", "video"] as const;

/**
 * What the numbers of an input are: a picture; sound; another signal over time; vectors for the places of a sequence; numbers
 * without an order; pictures over time.
 */
export type Kind = (typeof kinds)[number];

/** What an input holds, and along which of its axes; the batch is axis 0. */
export interface InputKind {
  readonly kind: Kind;
  /** The axis of samples, of frames, or of places. */
  readonly time?: number;
  /** The axis of the channels of a video. */
  readonly channels?: number;
  /** Samples a second, where that is known. */
  readonly rate?: number;
}

/** The same, with why. */
export interface InputKindGuess extends InputKind {
  readonly why: string;
  /** False when it is only what most inputs of that shape hold. */
  readonly sure: boolean;
}

/** What somebody says of an input. */
export interface GivenKind {
  readonly kind?: Kind | undefined;
  readonly rate?: number | undefined;
}

export interface InputKindOptions {
  readonly given?: GivenKind | undefined;
  /** What the inputs besides it hold: one that is called like a sample rate tells it. */
  readonly inputs?: GivenInputs | undefined;
}

type Found = Omit<InputKindGuess, "rate">;

/** From so many samples a second on a signal is taken for sound. */
const slowestSound = 4000;

/**
 * What an input holds: as somebody says, else by its axes, by the first operators that read it, by its name and by the model's
 * metadata. Throws `bad-argument` where what is said does not fit its axes.
 *
 * @example
 * const { kind, why, sure } = inputKind(model.source, model.source.inputs[0]!);
 */
export function inputKind(
  source: Model,
  input: DeclaredInput,
  { given = {}, inputs = {} }: InputKindOptions = {},
): InputKindGuess {
  const rate = given.rate ?? rateIn(source, inputs);
  const found = given.kind === undefined ? guess(source, input) : told(source, input, given.kind);
  const isSignal = found.kind === "series" || found.kind === "audio";
  if (!isSignal) return found;
  const isSound = given.kind === undefined && found.kind === "series" ? soundOf(source, input, rate) : undefined;
  return { ...found, ...(isSound && { kind: "audio", ...isSound }), ...(rate !== undefined && { rate }) };
}

/**
 * What a record keeps of it; nothing for pictures.
 *
 * @example
 * recordedKind(inputKind(model.source, model.source.inputs[0]!));
 */
export function recordedKind({ kind, time, channels, rate }: InputKind): InputKind | undefined {
  if (kind === "picture") return undefined;
  return {
    kind,
    ...(time !== undefined && { time }),
    ...(channels !== undefined && { channels }),
    ...(rate !== undefined && { rate }),
  };
}

function told(source: Model, input: DeclaredInput, kind: Kind): Found {
  const { name, dims } = input;
  const rank = dims.length;
  const found = guess(source, input);
  const why = "it was given";
  const fits: Readonly<Record<Kind, boolean>> = {
    picture: rank === 4,
    video: rank === 5,
    audio: rank >= 2,
    series: rank >= 2,
    embedding: rank >= 3,
    table: true,
  };
  if (!fits[kind]) {
    const shape = dims.map((dim) => dim ?? "?").join(", ");
    const others = kinds.filter((one) => fits[one]);
    throw new XstarError("bad-argument", `Input "${name}" of shape [${shape}] cannot hold the kind "${kind}"`, {
      hint: `It can be ${oneOf(others)}`,
    });
  }
  if (kind === "audio" || kind === "series") {
    const time = found.kind === "series" ? found.time! : longest(dims);
    return { kind, time, why, sure: true };
  }
  if (kind === "embedding") return { kind, time: found.time ?? 1, why, sure: true };
  if (kind === "video") return { ...video(source, input), why, sure: true };
  return { kind, why, sure: true };
}

function guess(source: Model, input: DeclaredInput): Found {
  if (input.tokens)
    return { kind: "embedding", time: 1, why: `it has the vectors of ${input.tokens.count} tokens`, sure: true };
  switch (input.dims.length) {
    case 4:
      return { kind: "picture", why: "it has height and width", sure: true };
    case 5:
      return video(source, input);
    case 3:
      return ofThreeAxes(source, input);
    case 2:
      return ofTwoAxes(source, input);
    default:
      return { kind: "table", why: `it has ${count(input.dims.length, "axis", "axes")}`, sure: false };
  }
}

/** Numbers of channels that frames have, the usual ones last. */
const frameChannels: readonly unknown[] = [4, 1, 3];

function video(source: Model, input: DeclaredInput): Found {
  const [second, third] = input.dims.slice(1, 3).map((dim) => frameChannels.indexOf(dim)) as [number, number];
  if (third > second)
    return {
      kind: "video",
      time: 1,
      channels: 2,
      why: "it has frames, each with channels, height and width",
      sure: true,
    };
  const sure = second >= 0 || frontOf(source, input).convolved === 5;
  return { kind: "video", channels: 1, time: 2, why: "it has frames of height and width behind its channels", sure };
}

/** The least features of a vector that stands for a word or a patch. */
const leastFeatures = 16;

function ofThreeAxes(source: Model, input: DeclaredInput): Found {
  const [, second, third] = input.dims;
  const front = frontOf(source, input);
  if (front.convolved === 3) {
    const time = front.isTurned ? 1 : 2;
    return { kind: "series", time, why: "a convolution over one axis reads it", sure: true };
  }
  if (front.recurrent === "first")
    return { kind: "embedding", time: 1, why: `${front.by} reads vectors from it`, sure: true };
  const features = typeof third === "number" ? third : undefined;
  if (front.recurrent || front.product) {
    const isVector = features !== undefined && features >= leastFeatures;
    if (isVector)
      return { kind: "embedding", time: 1, why: `${front.by} reads vectors of ${features} numbers`, sure: true };
    if (features !== undefined && features > 1)
      return { kind: "series", time: 1, why: `${front.by} reads ${features} numbers at a time`, sure: false };
  }
  if (third === 1 && second !== 1) return { kind: "series", time: 1, why: "it has one channel, last", sure: true };
  if (second === 1) return { kind: "series", time: 2, why: "it has one channel", sure: true };
  const [a, b] = [second, third].map((dim) => (typeof dim === "number" ? dim : 8 * leastFeatures - 1));
  if (Math.max(a!, b!) >= 8 * Math.min(a!, b!))
    return { kind: "series", time: a! > b! ? 1 : 2, why: "one of its axes is much longer than the other", sure: false };
  if (typeof second === "number" && typeof third !== "number")
    return { kind: "embedding", time: 2, why: `it has ${second} features at any number of places`, sure: false };
  return { kind: "embedding", time: 1, why: "it has places and features", sure: false };
}

/** So many numbers that no product with a matrix reads are samples, rather than a list. */
const longestList = 4000;

function ofTwoAxes(source: Model, input: DeclaredInput): Found {
  const [, length] = input.dims;
  const front = frontOf(source, input);
  const series = (why: string, sure: boolean): Found => ({ kind: "series", time: 1, why, sure });
  if (front.convolved === 3 || front.isSpectral) return series(`${front.by} looks along it`, true);
  if (front.recurrent) return series(`${front.by} reads it over time`, true);
  if (soundName.test(input.name)) return series("its name says so", false);
  if (typeof length !== "number" && !front.product) return series("it may have any length", false);
  if (typeof length === "number" && length > longestList && front.by === "")
    return series(`it has ${length} numbers, of which no product with a matrix reads all`, false);
  return { kind: "table", why: "it has numbers without an order", sure: front.product };
}

const soundName = /audio|wave?form|\bwave?\b|speech|sound|\bpcm\b|voice/i;

function soundOf(
  source: Model,
  { name }: DeclaredInput,
  rate: number | undefined,
): Pick<Found, "why" | "sure"> | undefined {
  if (soundName.test(name)) return { why: `it is called "${name}"`, sure: false };
  if (rate !== undefined && rate >= slowestSound) return { why: `it has ${rate} samples a second`, sure: false };
  return undefined;
}

const rateName = /^(sr|fs|(audio[._ ]?)?(sample|sampling)[._ ]?rate)$/i;

function rateIn({ metadata }: Model, inputs: GivenInputs): number | undefined {
  const texts = [...metadata].flatMap(([key, text]) => (rateName.test(key) ? [Number(text)] : []));
  const held = Object.entries(inputs).flatMap(([name, value]) =>
    rateName.test(name) && typeof value === "number" ? [value] : [],
  );
  return [...texts, ...held].find((rate) => Number.isFinite(rate) && rate > 0);
}

/** The first operators that read an input, beyond those that only move or scale its numbers. */
interface Front {
  /** Axes of what the first convolution reads. */
  readonly convolved?: number;
  /** A Transpose of the last two of three axes comes before. */
  readonly isTurned: boolean;
  /** A recurrent layer: over the input's `first` axis, or over another one. */
  readonly recurrent?: "first" | "other";
  /** A product with a matrix reads the last axis. */
  readonly product: boolean;
  /** A Fourier transform. */
  readonly isSpectral: boolean;
  /** The operator that tells. */
  readonly by: string;
}

const passing: ReadonlySet<string> = new Set(
  "Identity Cast Add Sub Mul Div BatchNormalization Pad Unsqueeze Squeeze Reshape Dropout Clip Transpose LayerNormalization".split(
    " ",
  ),
);

/** Operators that are followed at most. */
const longestFront = 16;

function frontOf({ graph, inputs }: Model, input: DeclaredInput): Front {
  let value: Value | undefined = graph.inputs[inputs.indexOf(input)];
  const seen = { isTurned: false, product: false, isSpectral: false, by: "" };
  let isMoved = false;
  for (let i = 0; value && i < longestFront; i++) {
    const readers: Node[] = graph.nodes.filter(
      ({ opType, inputs: read }) => opType !== "Shape" && read.includes(value!),
    );
    const is = (...types: string[]) => readers.find(({ opType }) => types.includes(opType));
    const told = is("Conv", "ConvTranspose", "LSTM", "GRU", "RNN", "MatMul", "Gemm", "STFT", "DFT");
    const by = told?.opType ?? "";
    switch (by) {
      case "":
        break;
      case "Conv":
      case "ConvTranspose": {
        const weights = told!.inputs[1];
        const rank = weights?.constant?.shape.length ?? weights?.type?.shape.length;
        return { ...seen, by: `a ${by}`, ...(rank !== undefined && { convolved: rank }) };
      }
      case "LSTM":
      case "GRU":
      case "RNN":
        return { ...seen, by: `an ${by}`.replace("an G", "a G"), recurrent: isMoved ? "other" : "first" };
      case "STFT":
      case "DFT":
        return { ...seen, by, isSpectral: true };
      default:
        return { ...seen, by: `a ${by}`, product: true };
    }
    const [next] = readers;
    if (!next || !passing.has(next.opType)) return seen;
    if (next.opType === "Transpose") {
      seen.isTurned = String(next.ints("perm")) === "0,2,1" ? !seen.isTurned : seen.isTurned;
      isMoved = true;
    }
    value = next.outputs[0];
  }
  return seen;
}

function longest(dims: DeclaredInput["dims"]): number {
  const lengths = dims.map((dim, axis) => (axis === 0 ? 0 : typeof dim === "number" ? dim : Number.POSITIVE_INFINITY));
  return lengths.lastIndexOf(Math.max(...lengths));
}

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
