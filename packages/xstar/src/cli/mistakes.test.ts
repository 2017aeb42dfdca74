import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { standard } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { fast, folder, useFolder, xstar } from "../testing/cli-folder.js";

useFolder();

describe("a mistake is one sentence and an exit code", () => {
  const target = ["maximize", "tiny.onnx", "conv:2", "--recipe", "none"];
  test.each([
    [2, ["maximize", "tiny.onnx", "conw:2"], 'The model has no layer "conw"', 'Did you mean "conv"'],
    [2, ["maximize", "tiny.onnx", "conv:99"], "99 is out of range: there are 4 channels", ""],
    [
      2,
      ["maximize", "tiny.onnx", "conv:"],
      'Expected a channel number at the end of the target "conv:"',
      "A target is",
    ],
    [1, ["convert", "missing.h5"], 'Cannot read "missing.h5": it does not exist', ""],
    [1, ["convert", "tiny.onnx"], '"tiny.onnx" is ONNX already', "Every command takes it"],
    [1, ["inspect", "missing.onnx"], 'Cannot read "missing.onnx": it does not exist', "Check the name"],
    [1, ["inspect", "notes.txt"], '"notes.txt" is no model that xstar can read', "xstar reads ONNX, Keras"],
    [1, ["inspect", "."], 'The folder itself is no model (in ".")', "Give the file in it"],
    [2, ["maximize", "tiny.onnx", "conv:0-3 - tv"], "The range 0-3 cannot stand in a sum", '"0 - 3"'],
    [
      2,
      ["maximize", "tiny.onnx", "conv:1@5"],
      'A place of layer "conv", which has height and width, needs two',
      "@Y,X",
    ],
    [2, ["maximize", "tiny.onnx", "scores:1@2,2"], 'Layer "scores" has no places', "Leave out what follows the @"],
    [2, ["maximize", "tiny.onnx", "-conv:1 + tv"], "Unknown option '-conv:1 + tv'", 'write "0 - conv:1 + tv"'],
    ...["tv", "2*tv", "boundary:width=3"].map((penalty): [number, string[], string, string] => [
      2,
      [...target, "--penalty", penalty],
      `"--penalty" must be a name and its weight: current value is ${penalty}`,
      "as tv=0.01",
    ]),
    [2, [...target, "--penalty", "foo=3"], 'There is no penalty of type "foo"', 'Choose "l1", '],
    [2, [...target, "--steps", "many"], '"--steps" must be a whole number of at least 0', ""],
    [2, [...target, "--lr", "-1"], '"--lr" must be a number of at least 0', ""],
    [2, [...target, "--opt", "speed=2"], '"normalized" has no parameter "speed"', 'Choose "learningRate"'],
    [2, [...target, "--optimizer", "adamm"], 'There is no optimizer of type "adamm"', 'Did you mean "adam"'],
    [2, [...target, "--transform", "jitter:pixels=x"], '"pixels" must be a whole number', ""],
    [2, [...target, "--range", "1,0"], '"range" must be two numbers', ""],
    [2, [...target, "--layout", "HWC"], '"--layout" must be "NCHW" or "NHWC"', ""],
    [2, [...target, "--input-range", "0,255", "--mean", "1"], '"--input-range" says the same as', ""],
    [2, [...target, "--input-range", "3"], '"--input-range" must be low,high: current value is 3', ""],
    [2, [...target, "--input", "q=3"], '"--input" must be the name of an input and what it holds', 'The model has "x"'],
    [2, [...target, "--input", "x=3"], "Every floating-point input is given, so none is left to ascend", ""],
    [2, [...target, "--order", "BGR"], 'The order "BGR" needs an input of 3 channels: it has 1', ""],
    [2, [...target, "--size", "9,9"], 'Input "x" is always 8 high and 8 wide: it cannot be 9 x 9', ""],
    [2, [...target, "--recipe", "lucyd"], 'There is no recipe of type "lucyd"', 'Did you mean "lucid"'],
    [2, [...target, "--recipe", "lucid:steps=x"], '"steps" must be a whole number of at least 0', ""],
    [2, [...target, "--recipe", "caricature"], '"caricature" needs its parameter "image"', ""],
    [2, [...target, "--schedule", "cosin"], 'There is no schedule of type "cosin"', 'Did you mean "cosine"'],
    [2, [...target, "--schedule", "linear:x=1"], '"linear" has no parameter "x"', ""],
    [2, [...target, "--schedule", ""], 'There is no schedule of type ""', ""],
    [2, [...target, "--clip", "-1"], '"--clip" must be a number of at least 0', ""],
    [2, [...target, "--keep", "first"], '"--keep" must be "last" or "best"', ""],
    [2, [...target, "--patience", "0"], '"--patience" must be a whole number of at least 1', ""],
    [2, [...target, "--redirect-steps", "0.5"], '"--redirect-steps" must be a whole number of at least 0', ""],
    [2, [...target, "--second", "net.onnx"], '"--second" must be a name and its file, name=file', ""],
    [1, [...target, "--second", "a=none.onnx"], 'Cannot read "none.onnx": it does not exist', ""],
    [1, [...target, "--use", "./none.js"], 'There is no module "./none.js"', "path of a JavaScript file"],
    [1, [...target, "--second", "a=notes.txt"], '"notes.txt" is no model that xstar can read', ""],
    [2, ["maximize", "tiny.onnx", "two::conv:1", "--second", "to=tiny.onnx"], 'There is no model "two"', 'mean "to"'],
    [2, [...target, "--generator", "=x"], '"--generator" must be a name and its file', ""],
    [1, [...target, "--generator", "a=none.onnx"], 'Cannot read "none.onnx": it does not exist', ""],
    [2, [...target, "--parameterization", "generator:model=g"], 'There is no generator "g"', ""],
    [2, [...target, "--image", "photo.png"], '"--image" must be a name and its file', ""],
    [1, [...target, "--image", "a=none.png"], 'Cannot read "none.png": it does not exist', ""],
    [1, [...target, "--image", "a=notes.txt"], '"notes.txt" is no picture', ""],
    [2, [...target, "--picture-size", "0"], '"--picture-size" must be a whole number from 1', ""],
    [2, [...target, "--picture-size", "1,2,3"], '"--picture-size" must be a side, or height,width', ""],
    [2, ["maximize", "vector.onnx", "logit:1", "--picture-size", "9"], "A picture of shape [1,2] has no height", ""],
    [2, [...target, "--param", "decay=2"], '"pixel" has no parameter "decay"', 'Choose "range", '],
    [2, [...target, "--param", "range"], '"range" must be two numbers, low,high', ""],
    [2, [...target, "--checkpoint", "0"], '"--checkpoint" must be a whole number of at least 1', ""],
    [2, [...target, "--jobs", "0"], '"--jobs" must be a whole number', ""],
    [2, ["maximize", "tiny.onnx", '{"type":'], 'The target {"type": is no JSON', "Write it as"],
    [2, ["maximize", "tiny.onnx", '{"type":"chanel"}'], 'There is no objective of type "chanel"', "Did you mean"],
    [2, ["list", "objektives"], 'There is no kind "objektives" to list', 'Did you mean "objectives"'],
    [2, [...target, "--logits", "scors"], 'The model has no output "scors"', 'Did you mean "scores"'],
    [
      2,
      ["inspect", "vector.onnx", "--try", "none.png"],
      '"--try" needs a model of pictures: its input of shape [1,2]',
      "",
    ],
    [1, ["inspect", "tiny.onnx", "--try", "notes.txt"], '"notes.txt" is no picture', ""],
    [2, [...target, "--start", "twos"], '"twos" is no start', "Give one of ones"],
    [1, [...target, "--start", "none.png"], 'Cannot read "none.png": it does not exist', ""],
    [2, [...target, "--stepz", "3"], "Unknown option '--stepz'", "Did you mean --steps?"],
    [2, ["maximise", "a", "b"], "Unknown command 'maximise'", "Did you mean maximize?"],
    [2, ["maximize", "tiny.onnx"], "Missing required argument 'targets'", "--help"],
    [2, ["maximize"], "Missing required argument 'model'", "--help"],
    [1, [...target, "--out", "notes.txt/x"], 'Cannot write "notes.txt/x": a part of its path is a file', ""],
  ])("%d: %j", async (code, args, message, hint) => {
    const outcome = await xstar(args);
    expect(outcome).toMatchObject({ code, out: "" });
    const lines = outcome.err
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("maximize "));
    expect(lines[0]).toContain(`Error: ${message}`);
    expect(lines.slice(1).every((line) => line.startsWith("Hint: "))).toBe(true);
    if (hint) expect(lines[1]).toContain(hint);
  });

  test("only penalties are suggested for --penalty", async () => {
    const { err } = await xstar([...target, "--penalty", "foo=3"]);
    const suggested = [...err.split("Hint: ")[1]!.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    expect(suggested.length).toBeGreaterThan(0);
    expect(suggested.filter((name) => !standard.objective[name!]?.isPenalty)).toEqual([]);
  });

  test("a slope that is not finite at the start is no matter of the learning rate", async () => {
    const { code, err } = await xstar([
      "maximize",
      "tiny.onnx",
      "tv^0.5",
      ...fast,
      "--start",
      "zeros",
      "--out",
      "steep",
    ]);
    expect(code).toBe(1);
    expect(err).toContain("Hint: The objective's slope is not finite there");
  });

  test("--debug adds the stack", async () => {
    expect((await xstar(["inspect", "missing.onnx", "--debug"])).err).toMatch(/\n +at /);
  });

  test("leaves no folder behind", async () => {
    await xstar(["maximize", "tiny.onnx", "conv:99", "--out", "nothing"]);
    expect(existsSync(join(folder, "nothing"))).toBe(false);
    await writeFile(join(folder, "empty.png"), "");
    for (const command of [
      ["explain", "tiny.onnx", "empty.png", "--out", "nothing/a"],
      ["article", "--network", "missing.onnx", "--out", "nothing/a", "--cache", "nothing/b"],
      ["train", "--data", "missing", "--cache", "nothing"],
    ]) {
      expect(await xstar(command)).toMatchObject({ code: 1, out: "" });
      expect(existsSync(join(folder, "nothing"))).toBe(false);
    }
  });
});
