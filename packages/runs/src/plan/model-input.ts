import {
  checkGiven,
  contractOfRange,
  fields,
  guessContract,
  pictureChannels,
  inputKind,
  pictureInput,
  XstarError,
  type BatchOptions,
  type ChannelOrder,
  type ContractSources,
  type DeclaredInput,
  type Kind,
  type Layout,
  type Model,
  type ModelRecord,
  type PartialContract,
  type Shape,
} from "@xstar/core";
import type { FileReference } from "@xstar/results";
import { earlierInputs, readInputs, type EarlierInputs } from "./given-inputs.js";
import type { ContractFile, ModelFile, Store } from "./store.js";

/** Flags that say how pictures go into a model: those of every command that runs one. */
export interface ModelFlags {
  readonly size?: readonly number[];
  readonly shape?: readonly string[];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly inputRange?: readonly number[];
  readonly layout?: Layout;
  readonly order?: ChannelOrder;
  /** What the input holds, where the guess is wrong. */
  readonly kind?: Kind;
  /** Samples a second of a signal. */
  readonly rate?: number;
  readonly input?: readonly string[];
  readonly logits?: string;
}

/** What is known about a model's input, for `inspect`, and the options of a run, with guesses for what is not known. */
export interface ModelInput {
  /** Name of the input that is the picture. */
  readonly picture: string;
  readonly given: PartialContract;
  readonly from: ContractSources;
  readonly options: BatchOptions;
  /** The files of inputs besides the picture, by the inputs' names. */
  readonly inputFiles: Readonly<Record<string, FileReference>>;
}

/** How an earlier run ran the model: it goes before the contract file. */
export interface EarlierInput {
  readonly contractFile: ContractFile;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly inputs: EarlierInputs;
}

/** What a record, found at `path`, says about a model that it ran; `prefix` is as for `earlierInputs`. */
export function earlierInput(
  path: string,
  record: ModelRecord | undefined,
  files: Readonly<Record<string, FileReference>>,
  prefix = "",
): EarlierInput | undefined {
  if (!record) return undefined;
  const { contract, logits, shapes } = record;
  return {
    contractFile: { path, contract: contract ?? {}, labels: undefined, logits: logits ?? undefined },
    shapes: new Map(Object.entries(shapes)),
    inputs: earlierInputs(record, files, prefix),
  };
}

interface ReadInputOptions {
  readonly files: Store;
  readonly earlier?: EarlierInput | undefined;
  /** Decides random numbers that inputs hold. @default 0 */
  readonly seed?: number | undefined;
}

/** Joins flags, contract file and guesses. Throws `bad-argument`, and for files what reading them does. */
export async function readModelInput(
  model: ModelFile,
  flags: ModelFlags,
  { files, earlier, seed }: ReadInputOptions,
): Promise<ModelInput> {
  const { source } = model;
  const contractFile = earlier?.contractFile ?? model.contractFile;
  const { inputs, maximized, inputFiles } = await readInputs(source, flags.input ?? [], {
    files,
    earlier: earlier?.inputs,
    seed,
  });
  const fromFlags = contractOfFlags(flags);
  const given = { ...contractFile?.contract, ...fromFlags };
  const said = (part: PartialContract, who: string): ContractSources => ({
    ...((part.mean || part.std) && { range: who }),
    ...(part.layout && { layout: who }),
    ...(part.order && { order: who }),
  });
  const from = {
    ...said(contractFile?.contract ?? {}, `${contractFile?.path} says so`),
    ...said(fromFlags, "a flag says so"),
  };
  const logits = flags.logits ?? contractFile?.logits;
  const picture = source.inputs.find(({ name }) => name === maximized) ?? pictureInput(source, Object.keys(inputs));
  // the input that is maximized is the one that is left
  if (maximized !== undefined) checkGiven(source, picture, inputs);
  const { contract } = guessContract(source, { given, from, picture });
  const { kind } = inputKind(source, picture, { given, inputs });
  const sized = sizedShapes(source, picture, flags.size, contract.layout ?? "NCHW");
  const shapes = new Map([...(earlier?.shapes ?? []), ...sized, ...readShapes(source, flags.shape ?? [])]);
  return {
    picture: picture.name,
    given,
    from,
    inputFiles,
    options: {
      // the numbers of what is no picture go in as they are
      contract: kind === "picture" || Object.keys(given).length > 0 ? contract : null,
      inputs,
      shapes,
      ...(logits !== undefined && { logits }),
    },
  };
}

function contractOfFlags({ mean, std, inputRange, layout, order, kind, rate }: ModelFlags): PartialContract {
  if (inputRange && (mean || std))
    throw new XstarError("bad-argument", '"--input-range" says the same as "--mean" and "--std": give one of them');
  const [low = 0, high = 0, ...more] = inputRange ?? [];
  if (inputRange && (more.length > 0 || !(low < high)))
    throw new XstarError("bad-argument", `"--input-range" must be low,high: current value is ${inputRange.join(",")}`);
  return {
    ...(inputRange && contractOfRange(low, high)),
    ...(mean && { mean }),
    ...(std && { std }),
    ...(layout && { layout }),
    ...(order && { order }),
    ...(kind && { kind }),
    ...(rate !== undefined && { rate }),
  };
}

/** `--size 224,224`: the model's picture input with height and width filled in where it leaves them free. */
export function sizedShapes(
  model: Model,
  picture: DeclaredInput,
  sides: readonly number[] | undefined,
  layout: Layout,
): Map<string, Shape> {
  if (!sides) return new Map();
  const { name, dims } = picture;
  if (sides.length !== 2)
    throw new XstarError("bad-argument", `"--size" must be height,width: it has ${sides.length} numbers`);
  if (dims.length < 3 || dims.length > 4) {
    const shown = dims.map((dim) => dim ?? "?").join(", ");
    throw new XstarError("bad-argument", `"--size" does not fit input "${name}" with the dimensions [${shown}]`, {
      hint: `--shape ${name}=... gives the whole shape of any input`,
    });
  }
  const first = dims.length === 4 && layout === "NCHW" ? 2 : 1;
  const declared = [dims[first], dims[first + 1]];
  if (declared.some((dim, i) => typeof dim === "number" && dim !== sides[i])) {
    throw new XstarError(
      "bad-argument",
      `Input "${name}" is always ${declared.map((dim) => dim ?? "any").join(" high and ")} wide: it cannot be ${sides.join(" x ")}`,
    );
  }
  const channels = dims.length === 4 ? [pictureChannels(model, layout, picture) ?? 3] : [];
  return new Map([[name, layout === "NHWC" ? [1, ...sides, ...channels] : [1, ...channels, ...sides]]]);
}

const side = fields.int("side", { min: 1 });

const inWords = ({ name, dims }: DeclaredInput) => `"${name}" of shape [${dims.join(", ")}]`;

/** `state=2,1,128`: the shapes of inputs as they are given. */
export function readShapes({ inputs }: Model, texts: readonly string[]): Map<string, Shape> {
  return new Map(
    texts.map((text) => {
      const input = inputs.find(({ name }) => text.startsWith(`${name}=`));
      if (!input) {
        throw new XstarError(
          "bad-argument",
          `"--shape" must be the name of an input and its sizes: current value is ${text}`,
          { hint: `The model has ${inputs.map(inWords).join(", ")}` },
        );
      }
      const { name, dims } = input;
      const sizes = text
        .slice(name.length + 1)
        .split(",")
        .map((part) => side.parse(part, `--shape ${name}`));
      if (input.tokens && sizes.length === dims.length - 1) sizes.push(input.tokens.size);
      if (sizes.length === dims.length && dims.every((dim, i) => typeof dim !== "number" || dim === sizes[i]))
        return [name, sizes];
      const declared = dims.map((dim) => dim ?? "?").join(", ");
      throw new XstarError(
        "bad-argument",
        `"--shape ${name}" [${sizes}] does not fit the input, which is [${declared}]`,
      );
    }),
  );
}
