import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createOps,
  Graph,
  isDefinition,
  loadDefinitions,
  loadModel,
  maximize,
  writeModel,
  type AnyDefinition,
  type MaximizeOptions,
} from "../index.js";
import { docsModel, linkPackages } from "../testing/docs-folder.js";
import { runCli } from "../testing/run-cli.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const source = join(root, "examples", "own-parts", "parts.js");
const place = realpathSync(mkdtempSync(join(tmpdir(), "xstar-own-parts-")));
const inPlace = (...path: string[]) => join(place, ...path);
const quick = { steps: 8 };

let parts: Readonly<Record<string, AnyDefinition>>;
let definitions: readonly AnyDefinition[];
const load = () => loadModel(inPlace("model.onnx"));
const ascent = async (target: string, options: MaximizeOptions = {}) =>
  maximize(await load(), target, { recipe: "none", definitions, ...quick, ...options });

beforeAll(async () => {
  linkPackages(place, root);
  writeFileSync(inPlace("package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(inPlace("model.onnx"), docsModel());
  for (const file of readdirSync(join(source, "..")).filter((name) => name.endsWith(".js")))
    copyFileSync(join(source, "..", file), inPlace(file));
  parts = (await import(source)) as typeof parts;
  definitions = Object.values(parts).filter(isDefinition);
});
afterAll(() => rmSync(place, { recursive: true }));

const contrast = "contrast:layer=conv2,more=7,less=8";

describe("parts of one's own, from the library", () => {
  test("are one of every kind", () => {
    expect(definitions.map(({ kind }) => kind).toSorted()).toEqual([
      "objective",
      "optimizer",
      "override",
      "parameterization",
      "recipe",
      "rule",
      "schedule",
      "start",
      "transform",
    ]);
  });

  test("the objective rises under the recipe, which has all the others", async () => {
    const { curve, record } = await ascent(contrast, { recipe: "bold", steps: 64 });
    expect(Math.max(...curve.map(([value]) => value!))).toBeGreaterThan(curve[0]![0]! + 0.05);
    expect(record).toMatchObject({
      start: [{ type: "stripes" }],
      parameterization: { type: "symmetric" },
      transforms: [{ type: "jitter" }, { type: "cutout" }],
      optimizer: { type: "lion" },
      schedule: { type: "restarts" },
    });
  });

  test("the picture is symmetric, and within its range", async () => {
    const { images } = await ascent("conv2:7", { parameterization: "symmetric", optimizer: "lion" });
    const { data, shape } = images[0].pixels;
    expect(shape).toEqual([3, 16, 16]);
    data.forEach((value, i) => expect(value).toBeCloseTo(data[i - (i % 16) + 15 - (i % 16)]!, 6));
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
  });

  test("the transform is seen by the network alone", async () => {
    const look = (transforms: MaximizeOptions["transforms"]) =>
      ascent("conv2:7", { start: "random", steps: 0, transforms });
    const [plain, cut, none] = await Promise.all([look([]), look(["cutout"]), look(["cutout:share=0"])]);
    expect(cut.curve[0]![0]).not.toBeCloseTo(plain.curve[0]![0]!, 4);
    expect(none.curve[0]![0]).toBeCloseTo(plain.curve[0]![0]!, 5);
    expect(cut.images[0].pixels.data).toEqual(plain.images[0].pixels.data);
  });

  test("the optimizer moves every pixel by its rate, and the schedule changes it", async () => {
    const changes: number[] = [];
    let before: Float32Array | undefined;
    const run = maximize(await load(), "conv2:7", {
      recipe: "none",
      definitions,
      start: 0.5,
      optimizer: "lion:learningRate=0.01",
      schedule: "restarts:count=2",
      steps: 8,
    });
    for await (const { picture } of run) {
      if (before) changes.push(Math.max(...picture.data.map((x, i) => Math.abs(x - before![i]!))));
      before = picture.data;
    }
    const cosine = (k: number) => (0.01 * (Math.cos((Math.PI * k) / 4) + 1)) / 2;
    changes.forEach((change, k) => expect(change).toBeCloseTo(cosine(k % 4), 5));
    expect(changes).toHaveLength(8);
  });

  test("the override gives a unit that sleeps a gradient, and the true one where it is not named", async () => {
    const asleep = { start: "zeros", steps: 0, redirectSteps: 0 };
    const { last } = await ascent("relu2:7", asleep);
    const leaky = await ascent("relu2:7", { ...asleep, overrides: ["leakyRelu"] });
    expect(leaky.last.gradientNorm[0]).not.toBeCloseTo(last.gradientNorm[0]!, 6);
  });
});

test("the rule lets gradients through an operator that stops them", async () => {
  const graph = new Graph("rounded");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 4, 4] });
  const rounded = op.round(op.mul(x, 10));
  rounded.name = "rounded";
  graph.output(rounded);
  const model = await loadModel(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const options = { recipe: "none", start: 0.33, ...quick };
  await expect(maximize(model, "rounded:0", options)).rejects.toMatchObject({ code: "no-gradient" });
  const { curve } = await maximize(model, "rounded:0", { ...options, definitions });
  expect(curve[0]![0]).toBe(3);
  expect(curve.at(-1)![0]).toBeGreaterThan(3);
});

describe("parts of one's own, elsewhere", () => {
  test("in threads", async () => {
    const program = `import { loadModel, maximizeMany } from "xstar";
      const model = await loadModel("model.onnx");
      const options = { folder: "many", recipe: "bold:steps=4", use: ["./parts.js"], jobs: 2 };
      const { made } = await maximizeMany(model, ["${contrast}", "conv2:1"], options);
      console.log(made);`;
    writeFileSync(inPlace("many.js"), program);
    const { stdout } = await promisify(execFile)(process.execPath, ["many.js"], { cwd: place });
    expect(stdout).toBe("2\n");
    expect(readdirSync(inPlace("many"))).toEqual(expect.arrayContaining(["conv2-1.png", "sheet.png"]));

    const from = ["maximize", "--from", join("many", "conv2-1.png"), "--format", "none", "--out", "from-many"];
    expect((await runCli(place, from)).err).toContain("--use ./parts.js");
    expect(await runCli(place, [...from, "--use", "./parts.js"])).toMatchObject({ code: 0 });
    const [made, again] = ["many", "from-many"].map((folder) => readFileSync(inPlace(folder, "conv2-1.png")));
    expect(again!.equals(made!)).toBe(true);
  });

  test("on the command line, and from the record of the picture", async () => {
    const flags = ["--recipe", "bold", "--steps", "8", "--threads", "1", "--format", "none"];
    const made = await runCli(place, [
      "maximize",
      "model.onnx",
      contrast,
      "--use",
      "./parts.js",
      ...flags,
      "--out",
      "a",
    ]);
    expect(made).toMatchObject({ code: 0 });
    const [picture] = readdirSync(inPlace("a")).filter((name) => /^contrast.*\d\.png$/.test(name));
    const report = readFileSync(inPlace("a", "report.html"), "utf8");
    expect(report).toContain("One channel of a layer more than another.");
    expect(report).toMatch(/xstar maximize --from \S+ --use \S*parts\.js/);
    const again = await runCli(place, ["maximize", "--from", `a/${picture}`, "--use", "./parts.js", "--out", "b"]);
    expect(again).toMatchObject({ code: 0 });
    expect(readFileSync(inPlace("b", picture!)).equals(readFileSync(inPlace("a", picture!)))).toBe(true);

    const refused = await runCli(place, ["maximize", "--from", `a/${picture}`, "--out", "c"]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("was made with definitions of");
    expect(refused.err).toMatch(/--use \S*parts\.js/);
  });

  test("in the program beside them", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["run.js"], { cwd: place });
    expect(stdout).toMatch(/^contrast\.png: -?\d/);
    expect(readFileSync(inPlace("contrast.png")).length).toBeGreaterThan(100);
  });

  test("by the module's path", async () => {
    expect((await loadDefinitions([inPlace("parts.js")])).map(({ type }) => type).toSorted()).toEqual(
      definitions.map(({ type }) => type).toSorted(),
    );
  });
});
