import type { Builder } from "../build/builder.js";
import type { Symbolic } from "../build/symbolic.js";
import type { Table } from "../formats/flatbuffer.js";
import type { Given, Settings } from "../tensorflow/op.js";
import { opRows } from "../tensorflow/ops/table.js";

/** What an emitter knows of an operator besides its inputs. */
export interface OperatorFacts {
  /** Its settings, by the numbers of their fields; an absent one has its default. */
  readonly options: Options;
  readonly name: string;
  /** TFLite's number of the element type of its first result. */
  readonly outputType: number;
  readonly outputs: number;
}

export type Options = Pick<Table, "byte" | "int" | "float" | "flag" | "ints">;

export const noOptions: Options = {
  byte: (_, fallback = 0) => fallback,
  int: (_, fallback = 0) => fallback,
  float: (_, fallback = 0) => fallback,
  flag: () => false,
  ints: () => [],
};

export type EmitOperator = (b: Builder, inputs: readonly Symbolic[], facts: OperatorFacts) => Given | readonly Given[];

export interface OperatorRow {
  /** TFLite's number of the operator. */
  readonly code: number;
  /** The field of the options that names an activation which follows. */
  readonly fused?: number;
  /** Whether it only moves numbers, so that what it gives is quantized as what it takes. */
  readonly moves?: boolean;
  /** Whether what it gives stays fractions in files of whole numbers: scores are found behind a softmax that nothing follows. */
  readonly isExact?: boolean;
  readonly emit: EmitOperator;
}

export type OperatorRows = Readonly<Record<string, OperatorRow>>;

/** Settings under the names that TensorFlow has for them. */
export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[]>>;

function settings(name: string, op: string, attributes: Attributes): Settings {
  const read = <T>(key: string, fallback: T) => (attributes[key] ?? fallback) as T;
  return {
    name,
    op,
    has: (key) => key in attributes,
    int: read,
    float: read,
    flag: (key) => Boolean(attributes[key]),
    string: read,
    ints: (key) => [...read<readonly number[]>(key, [])],
    strings: () => [],
    type: (key) => read(key, 0),
    dims: () => undefined,
  };
}

/** The operation of TensorFlow that an operator is. */
export function same(
  op: string,
  attributes: (options: Options, facts: OperatorFacts) => Attributes = () => ({}),
): EmitOperator {
  return (b, inputs, facts) => opRows[op]!(b, inputs, settings(facts.name, op, attributes(facts.options, facts)));
}
