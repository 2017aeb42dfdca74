import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadDataset, loadIdxFolder, loadMnist } from "./dataset.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-dataset-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const pictures = (count: number, rows = 2, columns = 3) =>
  Buffer.concat([
    Buffer.from([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, rows, 0, 0, 0, columns]),
    Buffer.from(Array.from({ length: count * rows * columns }, (_, i) => i)),
  ]);
const labels = (...values: number[]) => Buffer.from([0, 0, 8, 1, 0, 0, 0, values.length, ...values]);

async function write(files: Record<string, Buffer>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(folder, name), name.endsWith(".gz") ? gzipSync(bytes) : bytes);
  }
}

const plain = () => ({
  "train-images-idx3-ubyte": pictures(2),
  "train-labels-idx1-ubyte": labels(0, 4),
  "t10k-images-idx3-ubyte": pictures(1),
  "t10k-labels-idx1-ubyte": labels(4),
});

const emnist = (split: string) => ({
  [`emnist-${split}-train-images-idx3-ubyte.gz`]: pictures(2),
  [`emnist-${split}-train-labels-idx1-ubyte.gz`]: labels(1, 26),
  [`emnist-${split}-test-images-idx3-ubyte.gz`]: pictures(1),
  [`emnist-${split}-test-labels-idx1-ubyte.gz`]: labels(26),
});

describe("loadIdxFolder", () => {
  it("loads the four files as they are, with their classes", async () => {
    await write(plain());
    const { train, test } = await loadIdxFolder(folder, { name: "tiny" });
    expect(train).toMatchObject({ name: "tiny", count: 2, height: 2, width: 3, classes: 5 });
    expect([...train.images]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...train.labels]).toEqual([0, 4]);
    expect(test).toMatchObject({ name: "tiny", count: 1, classes: 5 });
    expect([...test.labels]).toEqual([4]);
  });

  it("finds names with a dot, with .gz, and beside folders of the same name", async () => {
    const { "train-images-idx3-ubyte": images, ...rest } = plain();
    await write({ "train-images.idx3-ubyte.gz": images, ...rest });
    await mkdir(join(folder, "train-images-idx3-ubyte"));
    expect((await loadIdxFolder(folder)).train.count).toBe(2);
  });

  it("turns EMNIST upright and counts its letters from 0", async () => {
    await write(emnist("letters"));
    const { train, test } = await loadIdxFolder(folder);
    expect(train).toMatchObject({ name: "emnist-letters", height: 3, width: 2, classes: 26 });
    expect([...train.images]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
    expect([...train.labels]).toEqual([0, 25]);
    expect([...test.labels]).toEqual([25]);
  });

  it("leaves turning and the first label to the caller who says so", async () => {
    await write(emnist("letters"));
    const { train } = await loadIdxFolder(folder, { transposed: false, firstLabel: 0 });
    expect(train).toMatchObject({ height: 2, width: 3, classes: 27 });
    expect([...train.images.subarray(0, 6)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...train.labels]).toEqual([1, 26]);
  });

  it("asks which set to load when there are several, and loads the one named", async () => {
    await write({ ...emnist("letters"), ...emnist("digits") });
    await expect(loadIdxFolder(folder)).rejects.toMatchObject({
      code: "bad-argument",
      message: `The folder "${folder}" has several data sets: "emnist-digits", "emnist-letters"`,
      hint: "Choose one with --set emnist-digits (option `set`)",
    });
    expect((await loadIdxFolder(folder, { set: "emnist-digits" })).train.name).toBe("emnist-digits");
  });

  it("lists what it looked for and what is there when a file is missing", async () => {
    const { "t10k-labels-idx1-ubyte": _, ...rest } = plain();
    await write({ ...rest, "readme.txt": Buffer.from("hello") });
    await expect(loadIdxFolder(folder)).rejects.toMatchObject({
      code: "file-not-readable",
      message: expect.stringMatching(/lacks some of .*test-labels-idx1-ubyte; it has readme\.txt, t10k-images/),
    });
    await expect(loadIdxFolder(folder, { set: "emnist-letters" })).rejects.toMatchObject({
      message: expect.stringContaining("emnist-letters-train-images-idx3-ubyte"),
    });
  });

  it("reports a folder that is not there", async () => {
    await expect(loadIdxFolder(join(folder, "nowhere"))).rejects.toMatchObject({
      code: "file-not-readable",
      message: `Cannot read "${join(folder, "nowhere")}": it does not exist`,
      hint: "The data is mnist or a folder of IDX files",
    });
  });

  it.each([
    ["more labels than pictures", { "train-labels-idx1-ubyte": labels(0, 1, 2) }, "has 2 pictures, but"],
    [
      "test pictures of another size",
      { "t10k-images-idx3-ubyte": pictures(1, 4, 4) },
      "are 2 x 3, but its test pictures 4 x 4",
    ],
    ["a file that is not IDX", { "t10k-images-idx3-ubyte": Buffer.from("PK..") }, "which is not IDX"],
  ])("refuses %s", async (_, wrong, problem) => {
    await write({ ...plain(), ...wrong });
    await expect(loadIdxFolder(folder)).rejects.toMatchObject({
      code: "bad-data",
      message: expect.stringContaining(problem),
    });
  });

  it("refuses labels below the first", async () => {
    await write(plain());
    await expect(loadIdxFolder(folder, { firstLabel: 1 })).rejects.toMatchObject({
      code: "bad-data",
      message: `"${join(folder, "train-labels-idx1-ubyte")}" has pictures with label 0, but the label of the first class should be 1`,
      hint: "Say what the first label is with --first-label 0 (option `firstLabel`)",
    });
  });

  it("refuses test labels that no training picture has, as the files have them", async () => {
    await write({ ...emnist("letters"), "emnist-letters-test-labels-idx1-ubyte.gz": labels(5) });
    await expect(loadIdxFolder(folder)).rejects.toMatchObject({
      code: "bad-data",
      message: expect.stringMatching(
        /test-labels-idx1-ubyte.gz" has pictures with label 5, but no training picture has it$/,
      ),
    });
  });

  it("says how to choose the set that is there when another is wanted", async () => {
    await write(plain());
    await expect(loadIdxFolder(folder, { set: "emnist-letters" })).rejects.toMatchObject({
      code: "file-not-readable",
      hint: 'It has a set that is chosen with --set "" (option `set`)',
    });
  });
});

describe("loadDataset", () => {
  it("passes options on for a folder, and refuses them for the packaged MNIST", async () => {
    await write({ ...emnist("letters"), ...emnist("digits") });
    expect((await loadDataset(folder, { set: "emnist-letters" })).train.classes).toBe(26);
    await expect(loadDataset("mnist", { firstLabel: 1 })).rejects.toMatchObject({ code: "bad-argument" });
  });
});

describe("loadMnist", () => {
  it("loads the 60,000 + 10,000 real pictures", async () => {
    const { train, test } = await loadMnist();
    expect(train).toMatchObject({ name: "mnist", count: 60000, height: 28, width: 28, classes: 10 });
    expect(test).toMatchObject({ name: "mnist", count: 10000, height: 28, width: 28, classes: 10 });
    expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect(train.images).toHaveLength(60000 * 784);
    expect(train.images.reduce((a, b) => a + b, 0) / train.images.length / 255).toBeCloseTo(0.1307, 4);
  });
});
