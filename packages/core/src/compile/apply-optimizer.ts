import { parseSpec, type Tensors, type Values } from "../define/definition.js";
import type { Fields } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import type { Vocabulary } from "../define/vocabulary.js";
import type { Graph, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { mapValues } from "../map-values.js";
import { numbers, tensor, type Tensor } from "../tensor.js";

/** Graph inputs with the numbers to feed them: targets, weights, learning rates. */
export interface Settings {
  /** A live input: its value can change from run to run. */
  add(name: string, t: Tensor): Value;
  /** The numbers behind a live input. */
  numbersOf(value: Value): readonly number[] | undefined;
}

/**
 * Settings that become inputs of a graph, and what is to be fed for them.
 *
 * @example
 * const { settings, tensors } = collectSettings(graph);
 */
export function collectSettings(graph: Graph): {
  readonly settings: Settings;
  readonly tensors: Record<string, Tensor>;
} {
  const tensors: Record<string, Tensor> = {};
  const settings: Settings = {
    add(name, t) {
      const known = graph.inputs.find((input) => input.name === name);
      if (known) return known;
      const value = graph.input(name, { dtype: t.dtype, shape: t.shape });
      tensors[value.name] = t;
      return value;
    },
    numbersOf: (value) => (tensors[value.name] ? numbers(tensors[value.name]!) : undefined),
  };
  return { settings, tensors };
}

/** What decides the change of the variables. */
export interface OptimizerOptions {
  readonly vocabulary: Pick<Vocabulary, "optimizer" | "schedule">;
  readonly optimizer: Spec<"optimizer">;
  /** How the learning rate changes over so many steps. @default constant */
  readonly schedule?: { readonly spec: Spec<"schedule">; readonly steps: number };
  /** Number of this step as float32 [], 1 at first. */
  readonly step: Value;
  readonly settings: Settings;
}

/**
 * Live parameters become settings; the optimizer is ready to be applied to variables.
 *
 * @example
 * const { settings } = collectSettings(graph);
 * const step = settings.add("step", tensor("float32", [1], []));
 * const ready = prepareOptimizer(op, { vocabulary: standard, optimizer: adam({ learningRate: 0.1 }), step, settings });
 */
export function prepareOptimizer(op: Ops, { vocabulary, optimizer, schedule, step, settings }: OptimizerOptions) {
  const { definition, spec } = parseSpec(vocabulary.optimizer, optimizer, "optimizer");
  const live = (fields: Fields, values: Spec, prefix: string) =>
    mapValues(fields, (field, name) =>
      field.live ? settings.add(`${prefix}.${name}`, tensor(field.live, [values[name] as number], [])) : values[name],
    );
  const params = live(definition.params as Fields, spec, "optimizer");
  const how = schedule && parseSpec(vocabulary.schedule, schedule.spec, "schedule");
  if (schedule && how && !how.definition.isConstant) {
    const steps = settings.add("steps", tensor("float32", [schedule.steps], []));
    const own = live(how.definition.params as Fields, how.spec, "schedule");
    params["learningRate"] = op.mul(params["learningRate"] as Value, how.definition.build(own, { op, step, steps }));
  }
  return {
    /**
     * The variables after a step uphill along their gradients, and all that the optimizer keeps of each, by the names of the
     * graph inputs that hold them before the step.
     */
    apply(variables: Values, gradients: Values): { readonly variables: Values; readonly slots: Values } {
      const slots: Record<string, Value> = {};
      const changed = mapValues(variables, (variable, name) => {
        const held = Object.fromEntries(
          (definition.slots?.(spec) ?? []).map((slot) => [
            slot,
            op.graph.input(`${spec.type}.${slot}.${name}`, variable.type),
          ]),
        );
        const { change, slots: after } = definition.update(params, {
          op,
          variable,
          gradient: gradients[name]!,
          slots: held,
          step,
        });
        const next = op.add(variable, change);
        for (const [slot, value] of Object.entries(after)) slots[held[slot]!.name] = value;
        return next;
      });
      return { variables: changed, slots };
    },
  };
}

/** Zeros for everything that an optimizer keeps, as before the first step. */
export const emptySlots = (slots: Values): Tensors =>
  mapValues(slots, ({ shape }) => tensor("float32", new Float32Array(shape.reduce((a, b) => a * b, 1)), shape));
