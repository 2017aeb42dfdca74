import { XstarError, type Tensor } from "@xstar/core";
import { Builder } from "../build/builder.js";
import { Cut, Cuts } from "../build/cut.js";
import { publish, written, type ImportedModel } from "../build/model.js";
import { rankOf, type Symbolic } from "../build/symbolic.js";
import { widened } from "../ops/elementwise.js";
import { commonWrapper } from "../tensorflow/names.js";
import { declaredType } from "../tensorflow/values.js";
import { readFacts, type FileFacts } from "./metadata.js";
import { readTflite, types, type TfliteModel, type TfliteOperator } from "./model.js";
import { activations, operatorsByCode } from "./operators.js";
import { isSame, quantize, rangeOf } from "./quantization.js";
import { noOptions, type OperatorRow } from "./row.js";
import { keepWholeWeights } from "./whole-weights.js";

type Value = Symbolic | Cut | undefined;

/** Builds the ONNX of a TFLite file. Throws `bad-model` and `unsupported-model`. */
export function importTflite(bytes: Uint8Array, labels?: readonly string[]): ImportedModel {
  const model = readTflite(bytes);
  const b = new Builder("tflite");
  const cuts = new Cuts();
  const bare = commonWrapper(model.tensors.map(({ name }) => name));
  const values = new Map<number, Value>(model.inputs.map((index) => [index, inputOf(b, model, index)]));
  const running: Running = { b, cuts, model, values, bare };
  for (const operator of model.operators) runOperator(running, operator);
  const outputs = model.outputs.map((index) => valueOf(running, index) ?? missing(model.tensors[index]?.name));
  const isWhole = !outputs.some((one) => one instanceof Cut);
  publish(
    b,
    cuts.outputs(outputs, b.graph),
    isWhole ? model.outputs.map((index) => outputName(bare(model.tensors[index]!.name))) : [],
  );
  const facts = factsOf(bytes, model);
  return written(b, {
    producer: "TensorFlow Lite",
    cuts: cuts.list(),
    notes: [],
    labels: labels ?? facts.labels,
    metadata: facts.metadata,
  });
}

function missing(name: string | undefined): never {
  throw new XstarError("bad-model", `Output "${name ?? ""}" of the graph is never computed`);
}

/** What the converter calls outputs says nothing. */
const outputName = (name: string) =>
  /^(Identity(_\d+)?|(Stateful)?PartitionedCall(_\d+)?)$/.test(name) ? undefined : name;

/** Whole numbers that stand for fractions go in as the fractions. */
function inputOf(b: Builder, { tensors }: TfliteModel, index: number): Symbolic {
  const { name, dims, type, quantization } = tensors[index]!;
  if (!quantization) return b.input(name, dims, declaredType(types[type] ?? 1));
  b.enter(name);
  return quantize(b, b.input(name, dims), tensors[index]!);
}

interface Running {
  readonly b: Builder;
  readonly cuts: Cuts;
  readonly model: TfliteModel;
  readonly values: Map<number, Value>;
  bare(name: string): string;
}

function runOperator(running: Running, operator: TfliteOperator): void {
  const { b, cuts, model, values, bare } = running;
  const result = model.tensors[operator.outputs[0]!];
  if (!result) throw new XstarError("bad-model", "An operator of the graph gives nothing");
  const name = bare(result.name);
  const inputs = operator.inputs.map((index) => valueOf(running, index));
  const given = inputs.filter((one): one is Symbolic | Cut => one !== undefined);
  const made = cuts.guard(name, given, () => {
    b.enter(name);
    return emit(running, operator, inputs as (Symbolic | undefined)[], name);
  });
  operator.outputs.forEach((index, i) => {
    if (made instanceof Cut) values.set(index, made);
    else if (made[i])
      values.set(index, b.name(rankOf(made[i]) === 3 ? b.last(made[i]) : made[i], bare(model.tensors[index]!.name)));
  });
}

function valueOf({ b, model, values, bare }: Running, index: number): Value {
  if (index < 0) return undefined;
  const known = values.get(index);
  if (known) return known;
  const { name, constant, isState } = model.tensors[index] ?? {};
  if (isState) return undefined;
  if (!constant) throw new XstarError("bad-model", `The graph uses "${name ?? index}", which nothing computes`);
  b.enter(bare(name!));
  const held: Tensor = constant();
  const value = b.constant(held, "value");
  values.set(index, value);
  return value;
}

/** Operators that take whole numbers of any width. */
const takesNarrow: ReadonlySet<string> = new Set(["CAST", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE"]);

function emit(
  { b, model }: Running,
  operator: TfliteOperator,
  inputs: readonly (Symbolic | undefined)[],
  name: string,
): readonly (Symbolic | undefined)[] {
  const [rowName, row] = operatorsByCode.get(operator.code) ?? [];
  if (!row) throw unsupportedOperator(operator, name);
  const outputs = operator.outputs.map((index) => model.tensors[index]!);
  const taken = takesNarrow.has(rowName!) ? inputs : inputs.map((x) => x && widened(b, x));
  const options = operator.options ?? noOptions;
  const made = [
    row.emit(b, taken as Symbolic[], { options, name, outputType: outputs[0]!.type, outputs: outputs.length }),
  ].flat();
  if (outputs[0]!.quantization && made[0])
    keepWholeWeights(
      b,
      made[0],
      operator.inputs.map((index) => model.tensors[index]),
    );
  return made.map(
    (x, i) =>
      x &&
      finish(
        b,
        x,
        { row, name, activation: row.fused === undefined ? 0 : options.byte(row.fused) },
        model,
        operator,
        i,
      ),
  );
}

interface Ending {
  readonly row: OperatorRow;
  readonly name: string;
  readonly activation: number;
}

/** The activation that follows, and whole numbers in the place of fractions where the file has them. */
function finish(
  b: Builder,
  x: Symbolic,
  { row, name, activation }: Ending,
  { tensors }: TfliteModel,
  operator: TfliteOperator,
  i: number,
): Symbolic {
  const follow = activations[activation];
  if (activation !== 0 && !follow)
    throw new XstarError(
      "unsupported-model",
      `Operator "${name}" is followed by activation ${activation}, which is not supported`,
    );
  const y = follow ? follow(b, b.name(x, `${name}/preactivation`)) : x;
  const output = tensors[operator.outputs[i]!]!;
  const isRepeated =
    row.isExact ||
    (row.moves === true && operator.inputs.some((index) => index >= 0 && isSame(tensors[index]!, output)));
  return output.quantization && y.dtype === "float32" && !isRepeated && !y.value.constant ? quantize(b, y, output) : y;
}

function unsupportedOperator({ code, custom }: TfliteOperator, name: string): XstarError {
  const what = custom === "" ? `type ${code}` : `the type ${custom}, which is not one of TensorFlow Lite`;
  return new XstarError("unsupported-model", `Operator "${name}" is of ${what}, which xstar does not know`, {
    hint: "What comes before it can be used: xstar inspect lists it",
    details: { operator: name, type: custom || code },
  });
}

/** Labels and the range of the pixels, from the metadata or from how the input is quantized. */
function factsOf(bytes: Uint8Array, model: TfliteModel): FileFacts {
  const facts = readFacts(bytes, model.metadata);
  const range = model.tensors[model.inputs[0] ?? -1] && rangeOf(model.tensors[model.inputs[0]!]!);
  return range && !facts.metadata["Image.NominalPixelRange"]
    ? { ...facts, metadata: { ...facts.metadata, "Image.NominalPixelRange": range } }
    : facts;
}
