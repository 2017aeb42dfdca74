import { beforeAll, describe, expect, test } from "vitest";
import { tinyModel } from "../../results/src/testing/tiny-model.js";
import * as library from "./index.js";

/** Everything as untyped JavaScript sees it. */
const xstar = library as unknown as Record<string, (...args: unknown[]) => unknown>;
const shapes = { x: [1, 1, 8, 8] };

let model: library.ModelFile;
beforeAll(async () => {
  model = await library.loadModel(tinyModel());
});

async function failureOf(name: string, args: readonly unknown[]): Promise<unknown> {
  try {
    const returned = (await xstar[name]!(...args.map((one) => (one === "MODEL" ? model : one)))) as {
      result?: unknown;
    };
    await returned?.result;
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("a wrong call of JavaScript is an XstarError", () => {
  test.each<[string, ...unknown[]]>([
    ["maximize"],
    ["maximize", "model.onnx", "logit:1"],
    ["maximize", "MODEL"],
    ["maximize", "MODEL", null],
    ["maximize", "MODEL", [null]],
    ["maximize", "MODEL", "logit:1", null],
    ["maximize", "MODEL", "logit:1", { watch: { a: null } }],
    ["maximize", "MODEL", "logit:1", { shapes: "x" }],
    ["maximize", "MODEL", "logit:1", { shapes: { x: 5 } }],
    ["maximize", "MODEL", "logit:1", { contract: {} }],
    ["maximize", "MODEL", "logit:1", { models: { a: 5 } }],
    ["maximize", "MODEL", "logit:1", { overrides: "guidedRelu" }],
    ["maximize", "MODEL", "logit:1", { definitions: 5 }],
    ["maximize", "MODEL", "logit:1", { resume: 5 }],
    ["parseTarget", "logit:3"],
    ["parseTarget", 3, { layers: [] }, library.objectives],
    ["parseTarget", "logit:3", { layers: [] }],
    ["vjp"],
    ["vjp", "MODEL", { shapes: 5 }],
    ["inspect"],
    ["inspect", "MODEL", null],
    ["classify", "MODEL"],
    ["validView"],
    ["rawView"],
    ["encodePng"],
    ["loadModel", 5],
    ["loadModel", tinyModel(), { devise: "webgpu" }],
    ["loadModel", new URL("https://example.com/net.onnx")],
    ["openModel"],
    ["tensor"],
    ["useRecipe"],
    ["useRecipe", library.standard, { type: "auto" }],
    ["guessContract", "MODEL"],
    ["measurePictures", "MODEL"],
    ["maximizeMany", "MODEL"],
    ["readImage", "x.png"],
    ["maximize", "MODEL", "logit:1", { signal: 5 }],
    ["maximize", "MODEL", "logit:1", { images: 5 }],
    ["maximize", "MODEL", "logit:1", { inputs: 5 }],
    ["maximize", "MODEL", "logit:1", { models: 5 }],
    ["maximize", "MODEL", "logit:1", { generators: 5 }],
    ["maximize", "MODEL", "logit:1", { watch: 5 }],
    ["maximize", "MODEL", "logit:1", { rules: 5 }],
    ["maximize", "MODEL", "logit:a", { labels: 5 }],
    ["findExamples", "MODEL", "logit:1"],
    ["measure", "MODEL"],
    ["measure", "MODEL", [5]],
    ["explain", "MODEL"],
    ["explain", "MODEL", 5],
    ["explain", "MODEL", { shape: [1, 8, 8], data: [1] }],
    ["explain", "MODEL", { dtype: "float32", shape: [1, 8, 8], data: new Float32Array(64) }, "logit:1", { methods: 5 }],
    ["classify", "MODEL", { shape: [1], data: [1] }],
    ["contactSheet"],
    ["contactSheet", [5]],
    ["decodeCheckpoint"],
    ["openDataset", 5],
  ])("%s", async (name, ...args) => {
    const failure = await failureOf(name, args);
    expect({ failure, isOurs: library.XstarError.is(failure) }).toMatchObject({ isOurs: true });
    expect((failure as library.XstarError).code).not.toBe("bad-data");
  });
});

test("shapes may be a plain object wherever they may be a map", async () => {
  expect(await failureOf("vjp", ["MODEL", { shapes }])).toBe(undefined);
  expect(await failureOf("vjp", ["MODEL"])).toBe(undefined);
  expect(await failureOf("inspect", ["MODEL", { shapes }])).toBe(undefined);
  const map = new Map(Object.entries(shapes));
  const [asObject, asMap] = await Promise.all(
    [shapes, map].map((one) => library.maximize(model, "logit:1", { shapes: one, steps: 1 }).result),
  );
  expect(asObject!.record).toEqual(asMap!.record);
  expect(asObject!.picture).toEqual(asMap!.picture);
});

test("a valid view is from 0 to 1 where no range is given", () => {
  const picture = { shape: [1, 2], data: [-1, 0.5] };
  expect(library.validView(picture)).toEqual(library.validView(picture, { low: 0, high: 1 }));
});
