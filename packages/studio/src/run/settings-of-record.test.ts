import { compileAscent, openModel, parseWords, standard } from "@xstar/core";
import { expect, test } from "vitest";
import { runtime, tinyCnn } from "../../../core/src/testing/models.js";
import { settingsOfRecord } from "./settings-of-record.js";

test("what a record says is told in words that say the same", async () => {
  const model = openModel(tinyCnn(), { runtime, contract: null });
  const options = { recipe: "lucid:steps=7", clip: 2, seed: 3, keep: "best", gradientFree: { pairs: 5 } } as const;
  const { record } = await compileAscent(model, ["scores:1", "scores:2"], { ...options, streams: [0, 1] });
  const jobs = ["scores:1", "scores:2"].map((target) => ({ target, start: null, slug: target }));
  const { targets, flags } = settingsOfRecord(record, jobs);
  expect(targets).toEqual(["scores:1", "scores:2"]);
  const { parameterization, optimizer, schedule, transform, ...plain } = flags;
  expect(plain).toEqual({ recipe: "none", steps: 7, seed: 3, clip: 2, keep: "best", gradientFree: true, pairs: 5 });
  expect(parseWords(standard, "parameterization", parameterization!)).toEqual(record.parameterization);
  expect(parseWords(standard, "optimizer", optimizer!)).toEqual(record.optimizer);
  expect(parseWords(standard, "schedule", schedule!)).toEqual(record.schedule);
  expect(transform!.map((words) => parseWords(standard, "transform", words))).toEqual(record.transforms);
});
