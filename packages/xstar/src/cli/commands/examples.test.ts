import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, tensor, writeModel } from "@xstar/core";
import type { ExamplesFile } from "@xstar/results";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../main.js";

const side = 16;

/** A network that looks for bright squares of 3 x 3: bright [1, 1, 7, 7], two pixels apart, and two scores. */
function squareFinder(): Uint8Array {
  const graph = new Graph("squares");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
  const bright = op.conv(x, op.constant(tensor("float32", Array<number>(9).fill(1), [1, 1, 3, 3])), {
    strides: [2, 2],
  });
  const scores = op.matMul(op.reduceMean(bright, [2, 3]), op.constant(tensor("float32", [1, -1], [1, 2])));
  bright.name = graph.uniqueName("bright");
  scores.name = graph.uniqueName("scores");
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

/** A black picture with a square at (top, left). */
async function writeSquare(path: string, level: number, top: number, left: number) {
  const pixels = new Uint8Array(side * side);
  for (let i = 0; i < 9; i++) pixels[(top + Math.floor(i / 3)) * side + left + (i % 3)] = level;
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toFile(path);
}

let folder: string;
const images = () => join(folder, "images");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-examples-"));
  await writeFile(join(folder, "net.onnx"), squareFinder());
  await mkdir(join(images(), "more"), { recursive: true });
  await writeSquare(join(images(), "dim.png"), 51, 2, 4);
  await writeSquare(join(images(), "bright.png"), 255, 6, 10);
  await writeSquare(join(images(), "more", "medium.png"), 153, 0, 0);
  await writeSquare(join(images(), "black.png"), 0, 0, 0);
  await writeFile(join(images(), "damaged.png"), "not a picture");
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

interface Run {
  readonly net?: string;
  /** Sees what the command says while it runs. */
  readonly onErr?: (text: string) => void;
}

async function examples(args: readonly string[], { net = join(folder, "net.onnx"), onErr }: Run = {}) {
  const [out, err] = [[] as string[], [] as string[]];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean(out.push(String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    onErr?.(String(text));
    return Boolean(err.push(String(text)));
  });
  const code = await main(["examples", net, ...args, "--threads", "1"]);
  return { code, out: out.join(""), err: err.join("") };
}

const read = async (name: string): Promise<ExamplesFile> =>
  JSON.parse(await readFile(join(folder, name, "examples.json"), "utf8"));

describe("xstar examples", () => {
  test("ranks the pictures, crops what is seen, and names what it skips", async () => {
    const out = join(folder, "out");
    const found = await examples(["bright:0", "logit:1", "--dataset", images(), "--top", "2", "--out", out]);
    expect(found.code).toBe(0);
    expect(found.out).toMatch(/bright:0 +most +[\d.]+ +bright\.png/);
    expect(found.out).toContain(`Warning: 1 picture was skipped: "${join(images(), "damaged.png")}" is no picture`);
    expect((await readdir(out)).toSorted()).toEqual(["bright-0.png", "examples.html", "examples.json", "logit-1.png"]);

    const { targets, images: seen, pictures } = await read("out");
    expect(pictures).toEqual(["black.png", "bright.png", "dim.png", join("more", "medium.png")]);
    expect(seen).toMatchObject({ count: 5, seen: 5, size: { channels: 1, height: side, width: side } });
    const [channel, score] = targets;
    expect(channel!.field!.height).toEqual({ stride: 2, size: 3, offset: 0 });
    const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name);
    expect(names(channel!.most)).toEqual(["bright.png", join("more", "medium.png")]);
    expect(names(channel!.least)).toEqual(["black.png", "dim.png"]);
    expect(channel!.crops[0]).toMatchObject({
      name: "bright.png",
      peak: { activation: expect.closeTo(9, 4), y: 3, x: 5 },
      box: { top: 6, left: 10, height: 3, width: 3 },
    });
    expect(channel!.peaks).toEqual([0, 9, 1.8, 5.4].map((peak) => expect.closeTo(peak, 4)));
    expect(names(score!.most)).toEqual(["black.png", "dim.png"]);
    expect(score).toMatchObject({ field: null, crops: [] });

    const { width, height } = await sharp(join(out, "bright-0.png")).metadata();
    expect([width, height]).toEqual([8 + 2 * (160 + 8), 8 + 3 * (160 + 8)]);
    const page = await readFile(join(out, "examples.html"), "utf8");
    expect(page).toContain("<h2>bright:0</h2>");
    expect(page.match(/<img/g)).toHaveLength(10);
    expect(page).not.toMatch(/src="(?!data:)/);
  });

  test("takes a range of units as one target each", async () => {
    await examples(["logit:0-1", "--dataset", images(), "--out", join(folder, "range")]);
    expect((await read("range")).targets.map(({ target }) => target)).toEqual(["logit:0", "logit:1"]);
  });

  test("takes an objective of one's own", async () => {
    const parts = join(import.meta.dirname, "../../../../../examples/own-parts/parts.js");
    const out = join(folder, "own");
    const target = "contrast:layer=bright,more=0,less=0";
    const found = await examples([target, "--use", parts, "--dataset", images(), "--out", out]);
    expect(found).toMatchObject({ code: 0, out: expect.stringMatching(/contrast\S* +most +0/) });
    expect((await read("own")).targets[0]!.target).toBe(target);
    expect((await examples([target, "--dataset", images(), "--out", out])).code).toBe(2);
  });

  test("crops at the place of a neuron, beside another picture", async () => {
    const beside = join(images(), "dim.png");
    const out = join(folder, "neuron");
    await examples(["bright:0@1,2", "bright@1,2", "--dataset", images(), "--beside", beside, "--out", out]);
    const { targets, beside: given } = await read("neuron");
    expect(given).toBe(beside);
    expect(targets[0]!.most[0]).toMatchObject({ name: "dim.png", peak: { y: 1, x: 2 }, box: { top: 2, left: 4 } });
    expect(await readFile(join(out, "examples.html"), "utf8")).toContain("The picture beside");
    expect(targets[1]!.crops[0]).toMatchObject({ name: "dim.png", box: { top: 2, left: 4, height: 3, width: 3 } });
    const { width } = await sharp(join(out, "bright-0-1-2.png")).metadata();
    expect(width).toBe(8 + 5 * 168);
  });

  test("keeps what was found until Ctrl-C", async () => {
    const out = join(folder, "stopped");
    const stop = (text: string) => {
      if (text.includes("picture 1 of 70000")) process.emit("SIGINT", "SIGINT");
    };
    const { code, err } = await examples(["bright:0", "--dataset", "mnist", "--out", out], { onErr: stop });
    expect(code).toBe(130);
    const { images: seen, targets } = await read("stopped");
    expect(seen.count).toBe(70000);
    expect(seen.seen).toBeLessThan(100);
    expect(targets[0]!.activations).toHaveLength(seen.seen);
    expect(err).toContain(`Stopped after ${seen.seen} of 70000 pictures`);
  });

  test("passes over pictures of which the activation is not finite", async () => {
    const graph = new Graph("logarithm");
    const op = createOps(graph);
    const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
    const scores = op.concat([op.log(op.reduceMean(x, [2, 3])), op.reduceMean(x, [2, 3])], 1);
    graph.output(scores);
    const net = join(folder, "logarithm.onnx");
    await writeFile(net, writeModel(graph, { opsets: new Map([["", 20]]) }));
    await examples(["logit:0", "--dataset", images(), "--out", join(folder, "finite")], { net });
    const { images: seen, pictures } = await read("finite");
    expect(seen.skipped[0]).toEqual({ name: "black.png", reason: 'The activation of "black.png" is not finite' });
    expect(pictures[0]).toBe("bright.png");
  });

  test("has help with examples", async () => {
    expect((await examples(["--help"])).out).toContain("Examples:\n  xstar examples ");
  });

  test("needs a model that takes pictures", async () => {
    const graph = new Graph("vector");
    graph.output(createOps(graph).relu(graph.input("x", { dtype: "float32", shape: [1, 2] })));
    const net = join(folder, "vector.onnx");
    await writeFile(net, writeModel(graph, { opsets: new Map([["", 20]]) }));
    const { code, err } = await examples(["logit:1", "--dataset", images()], { net });
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("needs a model of pictures or signals: its input of shape [1,2] holds neither"),
    ]);
  });

  test.each([
    [["bright:0"], 2, "Required option '--dataset <folder>' not specified"],
    [["bright:0", "--dataset", "nowhere"], 1, 'Cannot read "nowhere": it does not exist'],
    [["bright:1", "--dataset", "IMAGES"], 2, "1 is out of range: there are 1 channels"],
    [["brihgt:0", "--dataset", "IMAGES"], 2, 'The model has no layer "brihgt"'],
    [["bright:0", "--dataset", "IMAGES", "--top", "0"], 2, '"--top" must be a whole number from 1 to 100'],
    [["bright:0", "--dataset", "IMAGES", "--beside", "IMAGES/damaged.png"], 1, "is no picture"],
  ])("%j is an error", async (args, wanted, message) => {
    const { code, err } = await examples(args.map((arg) => arg.replace("IMAGES", images())));
    expect([code, err]).toEqual([wanted, expect.stringContaining(message)]);
  });
});
