import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createOps, Graph, writeModel } from "@xstar/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../testing/run-cli.js";

const program = fileURLToPath(new URL("../../bin/xstar.js", import.meta.url));
const loud = "\x1b]0;title\x07\x1b[31mred";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-terminal-"));
  const graph = new Graph("loud");
  const scores = createOps(graph).relu(graph.input("x", { dtype: "float32", shape: [1, 2] }));
  scores.name = `two\nlines ${loud}`;
  graph.output(scores);
  await writeFile(join(folder, "loud.onnx"), writeModel(graph, { opsets: new Map([["", 20]]) }));
  await writeFile(join(folder, "labels.txt"), `${loud}\n${loud}2`);
});
afterAll(() => rm(folder, { recursive: true }));

describe("the terminal (needs a build)", () => {
  test.each([
    ["inspect", "loud.onnx"],
    ["maximize", "loud.onnx", "logit:0", "--recipe", "none", "--steps", "1"],
    ["maximize", "loud.onnx", "logit:0-1", "--recipe", "none", "--steps", "1"],
    ["maximize", "loud.onnx", `nothing ${loud}`],
  ])("never gets what is in a model's names and labels as it is: %s %s %s", async (...args) => {
    const { out, err } = await runCli(folder, args);
    expect(out + err).not.toContain("\x1b");
    expect(out + err).not.toContain("\x07");
    expect(out + err).toMatch(/\\x1b\[31mred|2 pictures made/);
    expect(out).not.toContain("two\nlines");
  });

  test.runIf(existsSync("/dev/full"))("is told in a sentence when the disk behind the output is full", async () => {
    const failure = await new Promise<{ code: number; err: string }>((resolve) => {
      execFile("sh", ["-c", '"$0" "$1" list > /dev/full', process.execPath, program], (error, _, err) =>
        resolve({ code: Number(error?.code), err }),
      );
    });
    expect(failure).toEqual({ code: 1, err: 'Error: Cannot write "/dev/stdout": the disk is full\n' });
  });
});
