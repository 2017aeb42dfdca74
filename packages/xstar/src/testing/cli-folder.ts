import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, writeModel } from "@xstar/core";
import { afterAll, beforeAll } from "vitest";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { runCli } from "./run-cli.js";

/** Where the command line runs: a folder with a model of pictures, one of vectors, and a text. */
export let folder: string;

/** Makes the folder before the tests of a file, and removes it after them. */
export function useFolder(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "xstar-cli-"));
    await writeFile(join(folder, "tiny.onnx"), tinyModel());
    const vector = new Graph("vector");
    vector.output(createOps(vector).relu(vector.input("x", { dtype: "float32", shape: [1, 2] })));
    await writeFile(join(folder, "vector.onnx"), writeModel(vector, { opsets: new Map([["", 20]]) }));
    await writeFile(join(folder, "notes.txt"), "this is no model, only words");
  });
  afterAll(() => rm(folder, { recursive: true }));
}

export const xstar = (args: readonly string[]) => runCli(folder, args);

/** The record of a run. */
export const readRun = async (path: string) => JSON.parse(await readFile(join(folder, path, "run.json"), "utf8"));

/** Flags of a short run. */
export const fast = ["--recipe", "none", "--steps", "6", "--format", "none", "--threads", "1"];
