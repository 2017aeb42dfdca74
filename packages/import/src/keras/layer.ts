import { XstarError, type Tensor } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import type { Symbolic } from "../build/symbolic.js";
import type { LayerWeight } from "../formats/layer-weight.js";

/** What a file says of a layer, a model or a function. */
export type Config = Readonly<Record<string, unknown>>;

/** How a layer was called: what it was given, values of the network in the places of tensors. */
export interface LayerCall {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Builds what a layer computes. */
export type EmitLayer = (
  b: Builder,
  inputs: readonly Symbolic[],
  layer: Layer,
  call: LayerCall,
) => Symbolic | readonly Symbolic[];

export interface LayerRow {
  /** Names of the layer's own weights in the order in which Keras makes them. */
  readonly weights?: readonly string[];
  readonly emit: EmitLayer;
}

export type LayerRows = Readonly<Record<string, LayerRow | EmitLayer>>;

/** Models, which may be layers of others. */
export const modelClasses: ReadonlySet<string> = new Set(["Functional", "Model", "Sequential"]);

/** What builds a layer besides itself. */
export interface LayerContext {
  /** 1, 2 or 3. */
  readonly keras: number;
  readonly rows: ReadonlyMap<string, LayerRow>;
  /** What is to be said about the result. */
  readonly notes: string[];
  /** Builds a model that a layer wraps. */
  readonly model?: (layer: Layer, inputs: readonly Symbolic[]) => readonly Symbolic[];
  /** The weights of a layer among those of the model that it belongs to. */
  weightsOf(held: readonly LayerWeight[], layer: LayerEntry): readonly LayerWeight[];
}

/** A layer in the list of its model. */
export interface LayerEntry {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  /** Its name in the weights of a .keras file: the class in snake case and, from the second of its class on, a number. */
  readonly key: string;
}

/** One layer: its settings and weights. */
export class Layer {
  readonly name: string;

  constructor(
    readonly className: string,
    readonly config: Config,
    readonly held: readonly LayerWeight[],
    readonly context: LayerContext,
  ) {
    this.name = String(config["name"] ?? className.toLowerCase());
  }

  number(key: string, fallback?: number): number {
    const value = this.config[key] ?? fallback;
    if (typeof value === "number") return value;
    throw new XstarError("bad-model", `Layer "${this.name}" (${this.className}) does not say its ${key}`);
  }

  numberIfThere(key: string): number | undefined {
    const value = this.config[key];
    return typeof value === "number" ? value : undefined;
  }

  string(key: string, fallback: string): string {
    const value = this.config[key];
    return typeof value === "string" ? value : fallback;
  }

  /** True or false; `fallback` where the file does not say. */
  flag(key: string, fallback: boolean): boolean {
    return Boolean(this.config[key] ?? fallback);
  }

  /** A setting for each of `count` axes, for which the file may give one number. */
  numbers(key: string, count: number, fallback?: number): number[] {
    const value = this.config[key] ?? fallback;
    if (typeof value === "number") return Array.from({ length: count }, () => value);
    if (Array.isArray(value)) return value.map(Number);
    throw new XstarError("bad-model", `Layer "${this.name}" (${this.className}) does not say its ${key}`);
  }

  /** A weight by its name, and by what its part's name contains ("query", "forward"). Throws `bad-model` without it. */
  weight(name: string, ...parts: readonly string[]): Tensor {
    const found = this.weightIfThere(name, ...parts);
    if (found) return found;
    throw new XstarError(
      "bad-model",
      `The file holds no weight "${[...parts, name].join("/")}" of layer "${this.name}" (${this.className})`,
      {
        hint: "Check that the file was copied whole and that it holds weights",
      },
    );
  }

  weightIfThere(name: string, ...parts: readonly string[]): Tensor | undefined {
    const inParts = (path: readonly string[]) =>
      parts.every((part) => path.slice(0, -1).some((one) => one.includes(part)));
    const found = this.held.find(({ path }) => this.nameOf(path) === name && inParts(path)) ?? this.onlyWeight(name);
    return found?.read();
  }

  /** Where a layer has one weight, its name does not matter. */
  private onlyWeight(name: string): LayerWeight | undefined {
    const names = this.context.rows.get(this.className)?.weights;
    return names?.length === 1 && names[0] === name && this.held.length === 1 ? this.held[0] : undefined;
  }

  /** The name of a weight that the file may only number. */
  private nameOf(path: readonly string[]): string {
    const last = path.at(-1)!;
    if (!/^\d+$/.test(last)) return last;
    if (path.length === 1)
      return ownNames(this.context.rows.get(this.className)?.weights ?? [], this.config)[Number(last)] ?? last;
    const isCell = path.at(-2) === "cell";
    return (isCell ? ["kernel", "recurrent_kernel", "bias"] : ["kernel", "bias"])[Number(last)] ?? last;
  }

  /**
   * The layer that this one wraps, which the file describes under `key`; its weights lie in the part `part`, or in one of
   * the layer's own name.
   */
  inner(key: string, part: string): Layer {
    const description = this.config[key] as { class_name: string; config: Config } | undefined;
    if (!description)
      throw new XstarError("bad-model", `Layer "${this.name}" (${this.className}) does not say its ${key}`);
    const behind = (isPart: (name: string) => boolean) =>
      this.held.flatMap(({ path, read }) => {
        const at = path.findIndex(isPart);
        return at >= 0 && at < path.length - 1 ? [{ path: path.slice(at + 1), read }] : [];
      });
    const own = [behind((one) => one.includes(part)), behind((one) => one === description.config["name"])];
    const held = own.find(({ length }) => length > 0) ?? this.held;
    return new Layer(description.class_name.replace(/^.*>/, ""), description.config, held, this.context);
  }

  emit(b: Builder, inputs: readonly Symbolic[], call: LayerCall = { args: inputs, kwargs: {} }): readonly Symbolic[] {
    const row = this.context.rows.get(this.className);
    if (!row && modelClasses.has(this.className) && this.context.model) return this.context.model(this, inputs);
    if (!row) throw unsupportedLayer(this);
    return [row.emit(b, inputs, this, call)].flat();
  }
}

/** Which of its weights a layer has. */
function ownNames(names: readonly string[], { use_bias = true, scale = true, center = true }: Config): string[] {
  const absent = new Set([!use_bias && "bias", !scale && "gamma", !center && "beta"]);
  return names.filter((name) => !absent.has(name));
}

export function unsupportedLayer({ name, className }: Pick<Layer, "name" | "className">): XstarError {
  const isLambda = className === "Lambda";
  return new XstarError(
    "unsupported-model",
    isLambda
      ? `Layer "${name}" is a Lambda: it holds Python code, which xstar never runs`
      : `Layer "${name}" is of class ${className}, which xstar does not know`,
    {
      hint: isLambda
        ? "Put a Rescaling, Normalization or another layer in its place and save the model again"
        : `Say what it computes: importModel(files, { layers: { ${/^\w+$/.test(className) ? className : JSON.stringify(className)}: emit } })`,
      details: { layer: name, class: className },
    },
  );
}
