import { createOps, createRng, Graph, openModel, tensor, writeModel } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { diagnose } from "./diagnose.js";
import type { Finding, LabelledPictures } from "./finding.js";
import { agreements, outliersAmong, type Pictured } from "./unit-pictures.js";

const [side, units, classes] = [16, 8, 4];
const angleOf = (share: number) => Math.PI * share;
/** Stripes at an angle, which is a share of half a turn. */
const stripe = (share: number, y: number, x: number) =>
  Math.cos(1.4 * (x * Math.cos(angleOf(share)) + y * Math.sin(angleOf(share))));
const kernelOf = (at: (y: number, x: number) => number) => {
  const values = Array.from({ length: 25 }, (_, i) => at(Math.floor(i / 5) - 2, (i % 5) - 2));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.map((x) => (x - mean) / 5);
};

/** Units that answer to stripes at their own angle, wherever they are; of a deep one a second layer has that alone. */
function stripeNetwork(isDeep = false): Uint8Array {
  const graph = new Graph("stripes");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
  const kernels = Array.from({ length: units }, (_, u) => kernelOf((y, i) => stripe(u / units, y, i)));
  const weight = op.constant(tensor("float32", Float32Array.from(kernels.flat()), [units, 1, 5, 5]));
  const hidden = op.relu(op.conv(x, weight, {}));
  hidden.name = graph.uniqueName("hidden");
  const weights = Float32Array.from(
    { length: units * classes },
    (_, i) => 20 * Number(Math.floor(i / classes) === (units / classes) * (i % classes)),
  );
  const means = op.globalAveragePool(hidden);
  const pooled = op.flatten(isDeep ? op.relu(op.mul(means, 10)) : means);
  const scores = op.gemm(pooled, op.constant(tensor("float32", weights, [units, classes])));
  scores.name = graph.uniqueName("scores");
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]), freeBatch: "N" });
}

/** A network that reads where a picture is bright: each class has a quarter of it. */
function placeNetwork(): Uint8Array {
  const graph = new Graph("places");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
  const kernel = Float32Array.from({ length: 18 }, (_, i) => (i < 9 ? 1 / 9 : i % 2 === 0 ? 0.2 : -0.2));
  const hidden = op.relu(op.conv(x, op.constant(tensor("float32", kernel, [2, 1, 3, 3])), { pads: [1, 1, 1, 1] }));
  hidden.name = graph.uniqueName("hidden");
  const weights = new Float32Array(2 * side * side * classes);
  for (let at = 0; at < side * side; at++) weights[at * classes + quarterOf(at)] = 0.3;
  const scores = op.gemm(op.flatten(hidden), op.constant(tensor("float32", weights, [2 * side * side, classes])));
  scores.name = graph.uniqueName("scores");
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]), freeBatch: "N" });
}

const quarterOf = (at: number) => 2 * Number(at >= (side * side) / 2) + Number(at % side >= side / 2);

/** Pictures by what a class looks like at a place. */
function picturesOf(level: (label: number, at: number, own: number) => number): LabelledPictures {
  const count = 80;
  return {
    names: Array.from({ length: count }, (_, i) => `picture ${i}`),
    labels: Array.from({ length: count }, (_, i) => i % classes),
    async read(i) {
      const rng = createRng(i);
      const own = rng.split("own").uniform();
      const noise = rng.split("noise").normals(side * side, 0, 0.05);
      return { dtype: "float32", shape: [1, side, side], data: noise.map((x, at) => x + level(i % classes, at, own)) };
    },
  };
}

const stripes = picturesOf((label, at, own) => {
  const share = label / classes + 0.2 * (own - 0.5);
  return 0.5 + 0.3 * stripe(share, Math.floor(at / side), at % side);
});
const quarters = picturesOf((label, at) => 0.2 + 0.5 * Number(quarterOf(at) === label));

async function found(
  bytes: Uint8Array,
  only: string,
  pictures: LabelledPictures,
  onProgress?: (what: string) => void,
): Promise<Finding[]> {
  const model = openModel(bytes, { runtime: nodeRuntime({ threads: 1 }), contract: { mean: [0], std: [1] } });
  const findings: Finding[] = [];
  for await (const finding of diagnose(model, pictures, { only: [only], onProgress })) findings.push(finding);
  return findings;
}

describe("pictures that units want", () => {
  it("are like the strongest real ones, and none stands apart, where units are honest", async () => {
    const told: string[] = [];
    const findings = await found(stripeNetwork(), "unitPictures", stripes, (what) => void told.push(what));
    const shares = told.flatMap((what) => /unitPictures, (\d+) %/.exec(what)?.[1] ?? []).map(Number);
    expect([shares[0]! < 5, shares.at(-1), shares.length > 90]).toEqual([true, 100, true]);
    expect(findings.map(({ check, severity }) => [check, severity])).toEqual([["madeAgainstReal", "fine"]]);
    const [{ made, pictures, numbers }] = findings as [Finding];
    expect([made!.length, pictures!.length, numbers["doubtful"]]).toEqual([8, 8, 0]);
    expect(made![0]!.png).toMatch(/^data:image\/png;base64,/);
    expect([made![0]!.width, made![0]!.height]).toEqual([side, side]);
  });

  /** Units of which each answers to its own pictures, and half as much to those of its neighbours. */
  function ring(count: number): { pictured: Pictured[]; real: Float64Array[] } {
    const rowOf = (u: number) =>
      Float64Array.from({ length: count }, (_, i) => {
        const far = Math.min((i - u + count) % count, (u - i + count) % count);
        return far === 0 ? 3 : far === 1 ? 1.5 : -1 + 0.01 * ((7 * i + 3 * u) % 5);
      });
    const real = Array.from({ length: 2 * count }, (_, i) => rowOf(i % count));
    const pictured = real.slice(0, count).map((row, unit) => {
      return { unit, row, made: new Float32Array(4), best: [{ at: unit }, { at: unit + count }] };
    });
    return { pictured, real };
  }

  it("are doubted where a unit wants what no picture that excites it shows", () => {
    const { pictured, real } = ring(12);
    expect(agreements(pictured, real).map(({ agreement }) => agreement)).toEqual(Array.from({ length: 12 }, () => 1));
    // the picture of unit 5 excites it and what that of unit 11 does, and silences what its own real ones excite
    const row = real[11]!.with(5, 9).with(4, -4).with(6, -4);
    const [first, second] = agreements(pictured.with(5, { ...pictured[5]!, row }), real);
    expect([first!.unit, second!.agreement]).toEqual([5, 1]);
    expect(first!.agreement).toBeLessThan(0.3);
  });

  it("tell which unit answers unlike the others", () => {
    const { pictured } = ring(12);
    expect(outliersAmong(pictured).outliers).toEqual([]);
    // unit 4 answers to every other picture, whatever that is of
    const odd = pictured.map((one, i) => ({ ...one, row: one.row.with(4, i % 2 === 0 ? 3 : -3) }));
    expect(outliersAmong(odd).outliers[0]!.unit).toBe(4);
  });
});

describe("shape against texture", () => {
  it("tells a network that goes by texture from one that goes by shape", async () => {
    const [byTexture] = await found(stripeNetwork(), "texture", stripes);
    expect([byTexture!.severity, byTexture!.numbers["shape"]]).toEqual(["note", 0]);
    expect(byTexture!.numbers["texture"]).toBeGreaterThan(12);
    const [deep] = await found(stripeNetwork(true), "texture", stripes);
    expect(deep!.numbers["shape"]).toBe(0);
    const [byShape] = await found(placeNetwork(), "texture", quarters);
    expect([byShape!.severity, byShape!.numbers["texture"]]).toEqual(["fine", 0]);
    expect(byShape!.numbers["shapeBias"]).toBe(1);
  });
});
