import { createOps, createRng, Graph, openModel, tensor, writeModel } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { plantedNetwork, patch, plantedPictures, side } from "../testing/planted.js";
import { calibration } from "./calibration.js";
import { sharedUnits } from "./confused-pairs.js";
import type { CheckContext } from "./check.js";
import { diagnose } from "./diagnose.js";
import { errors } from "./errors.js";
import type { Finding, LabelledPictures } from "./finding.js";
import { observe } from "./observe.js";

const model = (cue?: "stamp") =>
  openModel(plantedNetwork({ cue }), { runtime: nodeRuntime({ threads: 1 }), contract: { mean: [0], std: [1] } });

async function found(only: string, pictures: LabelledPictures, cue?: "stamp"): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of diagnose(model(cue), pictures, { only: [only] })) findings.push(finding);
  return findings;
}

describe("the parts of a picture that are enough", () => {
  it("are those that the network reads", async () => {
    const [finding] = await found("sufficient", plantedPictures({ count: 200 }));
    // four blocks in the middle hold all that is read: a quarter of the picture
    expect(finding!.numbers["median"]).toBeLessThan(0.25);
    const kept = finding!.pictures!.flatMap(({ heat }) =>
      heat!.values.flatMap((x, at) => (x === 1 ? [[Math.floor(at / heat!.width), at % heat!.width]] : [])),
    );
    expect(kept.length).toBeGreaterThan(0);
    const isMiddle = (cell: number) => cell >= 2 && cell < 10;
    expect(kept.filter(([y, x]) => isMiddle(y!) && isMiddle(x!)).length / kept.length).toBeGreaterThan(0.95);
  });
});

describe("classes that are confused", () => {
  it("are shown with what sets them apart, and the units that they share", async () => {
    const findings = await found("confusedPairs", plantedPictures());
    expect(findings.length).toBeGreaterThan(0);
    const [{ pictures, numbers }] = findings as [Finding];
    const { values, height, width, isSigned } = pictures![0]!.heat!;
    expect([height, width, isSigned]).toEqual([side, side, true]);
    // what speaks for the one lies in its block, what speaks for the other in its own
    const inMiddle = values.filter((_, at) => {
      const [y, x] = [Math.floor(at / side), at % side];
      return Math.min(y, x) >= 4 && Math.max(y, x) < 12;
    });
    const heatOf = (all: readonly number[]) => all.reduce((sum, x) => sum + Math.abs(x), 0);
    expect(heatOf(inMiddle) / heatOf(values)).toBeGreaterThan(0.99);
    expect(numbers["label"]).not.toBe(numbers["taken"]);
  });

  it("share the units that answer to both more than to others", () => {
    const labels = Array.from({ length: 30 }, (_, i) => i % 3);
    const means = labels.map((label) =>
      Float32Array.from([Number(label < 2), Number(label === 0), Number(label === 2), 1]),
    );
    const facts = { layer: "x", most: new Float32Array(4), means, meansAt: labels.map((_, i) => i) };
    const observed = { labels, units: [facts] } as unknown as CheckContext["observed"];
    expect(sharedUnits({ observed }, 0, 1)!.rows.map(({ unit }) => unit)).toEqual([0]);
    expect(sharedUnits({ observed }, 0, 2)).toBeUndefined();
  });
});

describe("confidence", () => {
  const severityOf = async (count: number, { wrong, logit }: { readonly wrong: number; readonly logit: number }) => {
    const odds = 1 / (1 + Math.exp(-logit));
    const all = Array.from({ length: count }, (_, i) => i);
    const observed = {
      labels: all.map((i) => Number(i < wrong)),
      predicted: all.map(() => 0),
      confidence: all.map(() => odds),
      logits: new Map(all.map((i) => [i, Float32Array.of(logit, 0)])),
    };
    const [finding] = await calibration.find({ observed } as unknown as CheckContext);
    return finding!.severity;
  };

  it("of 99.7 % can be believed where all of a few pictures are right", async () => {
    expect(await severityOf(126, { wrong: 0, logit: 5.8 })).toBe("fine");
  });

  it("that is too high is told from a single surprise", async () => {
    expect(await severityOf(100, { wrong: 1, logit: 8 })).toBe("fine");
    expect(await severityOf(100, { wrong: 6, logit: 8 })).toBe("warning");
  });
});

describe("a gradient that vanishes", () => {
  const deep = (activation: "sigmoid" | "relu", layers = 5) => {
    const graph = new Graph("deep");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
    const filled = (shape: [number, number]) =>
      op.constant(tensor("float32", createRng(1).normals(shape[0] * shape[1], 0.02, 0.02), shape));
    let value = op.flatten(x);
    for (let i = 0; i < layers; i++) {
      value = op[activation](op.gemm(value, filled([value.shape[1]!, 8]), {}));
      value.name = graph.uniqueName(`layer${i}`);
    }
    value = op.gemm(value, filled([8, 4]), {});
    value.name = graph.uniqueName("scores");
    graph.output(value);
    const bytes = writeModel(graph, { opsets: new Map([["", 20]]), freeBatch: "N" });
    return openModel(bytes, { runtime: nodeRuntime({ threads: 1 }), contract: { mean: [0], std: [1] } });
  };
  const foundIn = async (activation: "sigmoid" | "relu") => {
    const findings: Finding[] = [];
    for await (const one of diagnose(deep(activation), plantedPictures({ count: 100 }), { only: ["vanishing"] }))
      findings.push(one);
    return findings[0]!;
  };

  it("is found in a stack of sigmoids with small weights, and not in one of ReLUs", async () => {
    const { severity, numbers } = await foundIn("sigmoid");
    expect(severity).toBe("warning");
    expect(numbers["vanished"]).toBeGreaterThan(1);
    expect((await foundIn("relu")).severity).toBe("fine");
  });

  it("is looked for in layers from the whole of a deep network", async () => {
    const { units } = await observe(deep("relu", 60), plantedPictures({ count: 20 }), {}, { hasUnits: true });
    expect(units.length).toBe(40);
    expect([units[0]!.layer, units.at(-1)!.layer]).toEqual(["layer0", "layer59"]);
  });
});

describe("the errors of a network", () => {
  const titleOf = async (predicted: readonly number[]) => {
    const observed = { labels: [0, 0, 1, 1], predicted, confidence: [1, 1, 1, 1], index: [0, 1, 2, 3], names: "abcd" };
    const [finding] = await errors.find({ observed } as unknown as CheckContext);
    return finding!.title;
  };

  it("are said with the share that is right, and not at all where there are none", async () => {
    expect(await titleOf([0, 1, 1, 1])).toBe(
      "It gets 75 % of 4 pictures right, and errs most often with class 0 (50 % right)",
    );
    expect(await titleOf([0, 0, 1, 1])).toBe("It gets all 4 pictures right");
  });
});

describe("clusters of heat maps", () => {
  it("lead to a cue that some pictures of a class have, and the test decides", async () => {
    const all = plantedPictures({ count: 400 });
    // a third of the last class carries the stamp that the network reads
    const mixed: LabelledPictures = {
      ...all,
      async read(i, size) {
        const picture = await all.read(i, size);
        if (i % 4 === 3 && i % 3 === 0) for (const at of patch) (picture.data as Float32Array)[at] = 2;
        return picture;
      },
    };
    const findings = await found("heatClusters", mixed, "stamp");
    const cue = findings.find(({ severity, title }) => severity === "serious" && title.includes("class 3"));
    expect(cue?.numbers["flips"]).toBeGreaterThan(0.65 * cue!.numbers["asked"]!);
    expect([cue!.numbers["top"]! <= 3, cue!.numbers["left"]! <= 3]).toEqual([true, true]);
    expect(cue!.pictures![0]!.heat!.values.length).toBe(64);
  });

  it("are none where all pictures are looked at alike", async () => {
    const findings = await found("heatClusters", plantedPictures());
    expect(findings.filter(({ severity }) => severity === "serious")).toEqual([]);
  });
});
