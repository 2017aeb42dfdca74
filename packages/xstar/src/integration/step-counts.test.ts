import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileAscent, prepareModel, readModel, type KeptGraphs } from "@xstar/core";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { main } from "../cli/main.js";
import { loadModel } from "../load.js";
import { loadOrt, nodeRuntime } from "../runtime.js";
import { countNodes, flopsOf, nodesBefore } from "../testing/count-graph.js";

/** What a machine has no part in tells whether a step has become dearer; seconds are measured in bench/. */
const root = await mkdtemp(join(tmpdir(), "xstar-counts-"));
const models = join(import.meta.dirname, "../../../../../shared/models");
afterAll(() => rm(root, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());

const networks = [
  {
    name: "squeezenet-v1.1",
    target: "fire6/concat:13",
    most: { nodes: 263, transposes: 0, reorders: 34, bytes: 33_597, constants: 1_320_000 },
  },
  {
    name: "bvlc-googlenet",
    target: "inception_4c/output:13",
    most: { nodes: 519, transposes: 0, reorders: 76, bytes: 227_855, constants: 13_170_000 },
  },
  {
    name: "mnist-8",
    target: "logit:1",
    most: { nodes: 66, transposes: 0, reorders: 5, bytes: 35_291, constants: 62_000 },
  },
];

/** Lets ONNX Runtime write what it makes of a graph. */
const into = (path: string): KeptGraphs => ({
  entry: () => ({
    read: async () => undefined,
    place: async () => path,
    written: async () => undefined,
    drop: async () => undefined,
  }),
});

describe.each(networks)("a step of $name", ({ name, target, most }) => {
  const file = join(models, name, `${name}.onnx`);

  test.skipIf(!existsSync(file))("computes no more than two passes, with as many nodes as before", async () => {
    const optimized = join(root, `${name}.onnx`);
    const runtime = nodeRuntime({ threads: 1, kept: into(optimized) });
    const model = await loadModel(file, { runtime });
    const { step } = await compileAscent(model, target, { recipe: "none" });
    const session = await runtime.open(step.bytes, { files: step.files, isRepeated: true });
    await session.release();
    const { normalized } = await prepareModel(model, 1);
    const layer = normalized.values.get(target.split(":")[0]!) ?? normalized.graph.outputs[0]!;
    expect(flopsOf(step.graph.nodes)).toBeLessThanOrEqual(2 * flopsOf(nodesBefore(layer)));

    const bytes = await readFile(optimized);
    const kinds = countNodes(readModel(bytes).graph);
    const of = (kind: RegExp) => Object.entries(kinds).reduce((sum, [one, n]) => sum + (kind.test(one) ? n : 0), 0);
    expect(of(/./)).toBeLessThanOrEqual(most.nodes);
    expect(of(/^Transpose$/)).toBeLessThanOrEqual(most.transposes);
    expect(of(/^Reorder/)).toBeLessThanOrEqual(most.reorders);
    expect(step.bytes.length).toBeLessThanOrEqual(most.bytes);
    expect(bytes.length).toBeLessThanOrEqual(most.constants);
  });
});

describe("xstar maximize", () => {
  const counted = () => {
    const create = vi.spyOn(loadOrt().InferenceSession, "create");
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    return () => {
      const levels = create.mock.calls.map(([, settings]) => settings?.graphOptimizationLevel);
      return {
        // types, and shapes, once more where something is folded: a model that is prepared twice has them twice
        trials: levels.filter((level) => level === "disabled").length,
        // the step, the likeliest class, the target alone; where the target sleeps, the step that wakes it
        others: levels.filter((level) => level === "all").length,
      };
    };
  };

  test.skipIf(!existsSync(models)).each([
    { name: "squeezenet-v1.1", target: "fire6/concat:14", trials: 2, others: 4 },
    { name: "bvlc-googlenet", target: "inception_4c/output:13", trials: 2, others: 3 },
    { name: "mnist-8", target: "logit:1", trials: 3, others: 3 },
  ])("prepares and compiles $name once", async ({ name, target, trials, others }) => {
    const file = join(models, name, `${name}.onnx`);
    const sessions = counted();
    const flags = ["--steps", "1", "--format", "none", "--out", join(root, `${name}-out`)];
    expect(await main(["maximize", file, target, ...flags])).toBe(0);
    expect(sessions()).toEqual({ trials, others });
  });
});
