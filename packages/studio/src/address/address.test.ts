import { parseWords, standard } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { printAddress, readAddress, readRun, writeRun, type RunAddress } from "./address.js";
import { commandOf, snippetOf } from "./command.js";

const run: RunAddress = {
  targets: ["fire2/concat:7 - 0.1*tv", "logit:white wolf"],
  flags: {
    recipe: "none",
    start: ["ones", "0.5"],
    steps: 60,
    seed: 7,
    optimizer: "adam:learningRate=0.05",
    transform: ["jitter:pixels=4", "blur:smallest=2"],
    penalty: ["tv=0.01"],
    range: "0,1",
    pictureSize: [64, 96],
  },
};

describe("an address", () => {
  test("has all of a run, and is read back", () => {
    const hash = printAddress(["m", "sha256-0123", "run"], writeRun(run));
    const { path, query } = readAddress(hash);
    expect(path).toEqual(["m", "sha256-0123", "run"]);
    expect(readRun(query)).toEqual({ ...run, ignored: [] });
  });

  test("says that a run climbs without gradients", () => {
    const free: RunAddress = { targets: ["scores:1"], flags: { gradientFree: true, pairs: 16 } };
    const hash = printAddress(["m", "x", "run"], writeRun(free));
    expect(hash).toBe("#/m/x/run?t=scores:1&free=1&pairs=16");
    expect(readRun(readAddress(hash).query)).toEqual({ ...free, ignored: [] });
    expect(commandOf("net.onnx", free)).toBe("xstar maximize net.onnx scores:1 --gradient-free --pairs 16");
    expect(snippetOf("net.onnx", free)).toContain('gradientFree: {"pairs":16},');
  });

  test("keeps layers with slashes and colons in one part of its path", () => {
    const { path } = readAddress(printAddress(["m", "x", "fire2/concat:0"]));
    expect(path).toEqual(["m", "x", "fire2/concat:0"]);
  });

  test("may hold other addresses", () => {
    const inner = printAddress(["m", "article", "run"], writeRun(run)).slice(1);
    const { query } = readAddress(printAddress(["compare"], new URLSearchParams({ r: inner })));
    expect(readRun(readAddress(`#${query.get("r")}`).query).targets).toEqual(run.targets);
    expect(readAddress("#/compare?r=/m/article/run?t%3Dconv:1").query.get("r")).toBe("/m/article/run?t=conv:1");
  });

  test("says what makes no sense, and leaves it out", () => {
    expect(readRun(new URLSearchParams("t=conv:1&steps=many&seed=3"))).toEqual({
      targets: ["conv:1"],
      flags: { seed: 3 },
      ignored: ["steps"],
    });
    expect(readAddress("#/%E0%A4%A")).toMatchObject({ path: [] });
  });
});

test("a run as a command is quoted for a shell", () => {
  expect(commandOf("my model.onnx", run)).toBe(
    "xstar maximize 'my model.onnx' 'fire2/concat:7 - 0.1*tv' 'logit:white wolf' --recipe none --start ones --start 0.5 --steps 60 --seed 7 " +
      "--optimizer adam:learningRate=0.05 --transform jitter:pixels=4 --transform blur:smallest=2 --penalty tv=0.01 --range 0,1 --picture-size 64,96",
  );
});

test("a run as a program has its words where the library takes them", () => {
  const program = snippetOf("model.onnx", run);
  expect(program).toContain(
    'await maximize(model, ["fire2/concat:7 - 0.1*tv - 0.01*tv", "logit:white wolf - 0.01*tv"], {',
  );
  for (const [, kind, words] of program.matchAll(/parseWords\(standard, "(\w+)", "([^"]+)"\)/g))
    expect(parseWords(standard, kind as "optimizer", words!).type).not.toBe("");
});
