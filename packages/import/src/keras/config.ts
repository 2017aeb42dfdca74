import { XstarError } from "@xstar/core";
import { modelClasses, type Config, type LayerEntry } from "./layer.js";

/** A value of a model: the output `tensor` of the call `node` of a layer. */
export class Ref {
  constructor(
    readonly layer: string,
    readonly node: number,
    readonly tensor: number,
  ) {}
}

/** One call of a layer; refs lie anywhere inside the arguments. */
export interface Call {
  readonly entry: LayerEntry;
  readonly node: number;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** A model as layers and their calls. */
export interface Plan {
  readonly calls: readonly Call[];
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
}

interface Description {
  readonly class_name: string;
  readonly config: Config;
  readonly name?: string;
  readonly module?: string;
  readonly inbound_nodes?: readonly unknown[];
}

/** Reads a model's configuration, of any Keras from 2.0 on. Throws `bad-model`. */
export function readPlan(className: string, config: Config | readonly unknown[]): Plan {
  const described = (Array.isArray(config) ? config : (config as Config)["layers"]) as
    | readonly Description[]
    | undefined;
  if (!Array.isArray(described))
    throw new XstarError("bad-model", `The configuration of the ${className} model lists no layers`);
  const entries = entriesOf(described);
  if (className === "Sequential") return inSequence(entries, Array.isArray(config) ? {} : (config as Config));
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const first = firstNodes(config as Config, described, byName);
  const calls = entries.flatMap((entry, i) => callsOf(entry, described[i]!.inbound_nodes ?? [], byName, first));
  const refs = (key: string) => refsIn(readRefs((config as Config)[key], byName, first));
  return { calls, inputs: refs("input_layers"), outputs: refs("output_layers") };
}

function entriesOf(described: readonly Description[]): LayerEntry[] {
  const counts = new Map<string, number>();
  return described.map((one) => {
    const { class_name, config, name } = one;
    const bare = class_name.replace(/^.*>/, "").replace(/(?<=[a-z])V[12]$/, "");
    const snake = snakeCase(bare);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    return {
      name: String(name ?? config["name"] ?? bare),
      className: isOperation(one) ? `ops.${snake}` : bare,
      config,
      key: count === 0 ? snake : `${snake}_${count}`,
    };
  });
}

/** Keras 3 has operations between layers, of the same names; an .h5 file does not say which module they come from. */
function isOperation({ class_name, config, module, inbound_nodes: [call] = [] }: Description): boolean {
  if (module !== undefined) return /\.ops\b/.test(module);
  const isKeras3 = typeof call === "object" && call !== null && "args" in call;
  return isKeras3 && class_name !== "InputLayer" && !("trainable" in config || "dtype" in config);
}

/** As Keras names the weights of a layer after its class: `Conv2D` is `conv2d`, `MaxPooling2D` `max_pooling2d`. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** A chain; where no layer says that it is the input, the first one says its shape. */
function inSequence(entries: readonly LayerEntry[], config: Config): Plan {
  const shape =
    entries[0]?.config["batch_input_shape"] ?? entries[0]?.config["batch_shape"] ?? config["build_input_shape"];
  const hasInput = entries[0]?.className === "InputLayer";
  const name = `${entries[0]?.name ?? "sequential"}_input`;
  const dtype = entries[0]?.config["dtype"];
  const input = { name, className: "InputLayer", config: { name, batch_shape: shape, dtype }, key: "" };
  const chain = hasInput ? entries : [input, ...entries];
  const calls = chain.map((entry, i) => ({
    entry,
    node: 0,
    args: i === 0 ? [] : [new Ref(chain[i - 1]!.name, 0, 0)],
    kwargs: {},
  }));
  return { calls, inputs: [new Ref(chain[0]!.name, 0, 0)], outputs: [new Ref(chain.at(-1)!.name, 0, 0)] };
}

type ByName = ReadonlyMap<string, LayerEntry>;
type FirstNodes = ReadonlyMap<string, number>;

/** Models count the calls of a model inside from 1, because it was called once when it was made; this says from where. */
function firstNodes(config: Config, described: readonly Description[], byName: ByName): FirstNodes {
  const first = new Map<string, number>();
  const used = [config["output_layers"], ...described.map(({ inbound_nodes }) => inbound_nodes)].flatMap((one) =>
    refsIn(readRefs(one, byName)),
  );
  for (const { layer, node } of used) {
    if (modelClasses.has(byName.get(layer)!.className)) first.set(layer, Math.min(first.get(layer) ?? node, node));
  }
  return first;
}

function callsOf(entry: LayerEntry, nodes: readonly unknown[], byName: ByName, first: FirstNodes): Call[] {
  if (nodes.length === 0) return [{ entry, node: 0, args: [], kwargs: {} }];
  return nodes.map((node, i) => ({ entry, node: i, ...argumentsOf(node, byName, first) }));
}

function argumentsOf(node: unknown, byName: ByName, first: FirstNodes): Pick<Call, "args" | "kwargs"> {
  if (!Array.isArray(node)) {
    const { args = [], kwargs = {} } = node as Partial<Pick<Call, "args" | "kwargs">>;
    return {
      args: readRefs(args, byName, first) as unknown[],
      kwargs: readRefs(kwargs, byName, first) as Record<string, unknown>,
    };
  }
  // Keras 2: a list of [layer, node, tensor, kwargs], or one of them alone
  const given = (typeof node[0] === "string" ? [node] : node) as unknown[][];
  const args = given.map((one) => (one[0] === "_CONSTANT_VALUE" ? one[2] : readRefs(one.slice(0, 3), byName, first)));
  const kwargs = given.map((one) => one[3] ?? {});
  return { args, kwargs: Object.assign({}, ...kwargs.map((one) => readRefs(one, byName, first))) };
}

/** Puts refs in the place of what stands for values: [layer, node, tensor], or a "__keras_tensor__". */
function readRefs(json: unknown, byName: ByName, first: FirstNodes = new Map()): unknown {
  if (Array.isArray(json)) {
    const [layer, node, tensor] = json;
    const isRef =
      typeof layer === "string" && typeof node === "number" && typeof tensor === "number" && byName.has(layer);
    if (isRef) return new Ref(layer, node - (first.get(layer) ?? 0), tensor);
    return json.map((one) => readRefs(one, byName, first));
  }
  if (typeof json !== "object" || json === null) return json;
  const { class_name, config } = json as Partial<Description>;
  if (class_name === "__keras_tensor__") return readRefs(config!["keras_history"], byName, first);
  return Object.fromEntries(Object.entries(json).map(([key, one]) => [key, readRefs(one, byName, first)]));
}

/** All refs inside, in order. */
export function refsIn(given: unknown): Ref[] {
  if (given instanceof Ref) return [given];
  if (Array.isArray(given)) return given.flatMap(refsIn);
  return typeof given === "object" && given !== null ? Object.values(given).flatMap(refsIn) : [];
}
