import { describe, expect, expectTypeOf, it } from "vitest";
import * as core from "./index.js";
import {
  adam,
  channel,
  fourier,
  jitter,
  maximize,
  noise,
  optimizers,
  schedules,
  standard,
  type AnyDefinition,
  type DefinitionKind,
  type LoadedModel,
  type MaximizeOptions,
  type OptimizerDefinition,
  type Run,
  type Spec,
} from "./index.js";

const target = channel({ layer: "conv", channel: 0 });
/** Only the compiler reads it. */
const unseen = (call: () => unknown) => expect(call).toBeTypeOf("function");
declare const model: LoadedModel;
declare const json: Spec;

describe("the types of specs", () => {
  it("keep kinds apart", () => {
    expectTypeOf(adam({})).toExtend<Spec<"optimizer">>();
    expectTypeOf(adam({})).not.toExtend<Spec<"transform">>();
    expectTypeOf(target).toExtend<Spec<"objective">>();
    // @ts-expect-error an optimizer is no transform
    unseen((): MaximizeOptions => ({ transforms: [adam({})] }));
    // @ts-expect-error a parameterization is no optimizer
    unseen((): MaximizeOptions => ({ optimizer: fourier({}) }));
    // @ts-expect-error an optimizer is no schedule
    unseen((): MaximizeOptions => ({ schedule: adam({}) }));
    // @ts-expect-error an objective is no start
    unseen((): MaximizeOptions => ({ start: target }));
    // @ts-expect-error a transform is no parameterization
    unseen((): MaximizeOptions => ({ parameterization: jitter({}) }));
    // @ts-expect-error an optimizer is nothing to maximize
    unseen(() => maximize(model, adam({})));
    // @ts-expect-error a transform is nothing to watch
    unseen((): MaximizeOptions => ({ watch: { jitter: jitter({}) } }));
  });

  it("take what is of the right kind, a type alone, and JSON everywhere", () => {
    unseen(() => maximize(model, target, { optimizer: adam(), transforms: [jitter()], parameterization: fourier() }));
    unseen(() => maximize(model, "conv:0", { optimizer: "adam", transforms: ["jitter"], parameterization: "fourier" }));
    unseen(() => maximize(model, [target, "conv:1"], { schedule: schedules.cosine({}), start: ["random", 0.5] }));
    unseen(() => maximize(model, json, { optimizer: json, transforms: [json], parameterization: json, start: json }));
    unseen(() => maximize(model, target, { schedule: json, recipe: json, watch: { json } }));
    unseen((): MaximizeOptions => ({
      optimizer: { type: "adam", learningRate: 0.05 },
      transforms: [{ type: "jitter" }],
    }));
    expectTypeOf(maximize).returns.toEqualTypeOf<Run>();
  });

  it("let parameters be left out where all have a default", () => {
    expect(adam()).toEqual(adam({}));
    // @ts-expect-error the layer and the channel have none
    unseen(() => channel());
    // @ts-expect-error the channel has none
    unseen(() => channel({ layer: "conv" }));
    // @ts-expect-error there is no such parameter
    unseen(() => adam({ learningrate: 1 }));
    // @ts-expect-error it is a number
    unseen(() => adam({ learningRate: true }));
  });

  it("know the parameters of what a definition makes, so that it fits the definition", () => {
    expectTypeOf(adam({}).learningRate).toBeNumber();
    expectTypeOf(adam({}).type).toEqualTypeOf<"adam">();
    unseen(() => adam.slots?.(adam({})));
    unseen(() => noise.sample(noise({}), [1, 4, 4], core.createRng(0)));
  });

  it("of a table are those of each definition; by any name, those of its kind", () => {
    expectTypeOf(optimizers.adam).toEqualTypeOf(adam);
    expectTypeOf(standard.optimizer["adam"]!).toEqualTypeOf<OptimizerDefinition>();
    expectTypeOf(standard.optimizer["adam"]!({})).toEqualTypeOf<Spec<"optimizer">>();
    unseen(() => standard.optimizer["adam"]!.update(json, {} as never));
  });
});

const isDefinition = (x: unknown): x is AnyDefinition =>
  ((typeof x === "object" && x !== null) || typeof x === "function") && "kind" in x && "type" in x && "doc" in x;

const tables: Readonly<Record<DefinitionKind, Readonly<Record<string, AnyDefinition>>>> = {
  objective: core.objectives,
  parameterization: core.parameterizations,
  transform: core.transforms,
  optimizer: core.optimizers,
  schedule: core.schedules,
  start: core.starts,
  recipe: core.recipes,
  explanation: core.explanations,
  rule: {},
  override: core.overrides,
};

describe("what is exported", () => {
  const flat = Object.entries(core).flatMap(([name, one]) => (isDefinition(one) ? [[name, one] as const] : []));

  it.each(flat)("has definitions by the name of their type: %s", (name, one) => {
    expect(one.type).toBe(name);
    expect((standard[one.kind] as Record<string, unknown>)[name]).toBe(one);
  });

  it("has all definitions: in the table of their kind, by their type", () => {
    expect(flat.length).toBeGreaterThan(40);
    expect(Object.keys(tables).sort()).toEqual(Object.keys(standard).sort());
    for (const [kind, table] of Object.entries(tables)) {
      expect(standard[kind as DefinitionKind]).toEqual({ ...table });
      for (const [type, one] of Object.entries<AnyDefinition>(table))
        expect([one.kind, one.type]).toEqual([kind, type]);
    }
  });

  it("has what people write most by itself: objectives, parameterizations, transforms and optimizers", () => {
    const exported: Readonly<Record<string, unknown>> = core;
    for (const kind of ["objective", "parameterization", "transform", "optimizer"] as const)
      for (const type of Object.keys(standard[kind])) expect(exported[type], `${kind} ${type}`).toBeTypeOf("function");
  });
});
