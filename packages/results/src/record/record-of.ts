import { thisPlatform } from "../../../xstar/src/record/platform.js";
import type { RunRecord } from "./run-record.js";

/** The record of a run on this machine. Its keys have one order, so that a picture that is made again has the same bytes. */
export function recordOf(run: Omit<RunRecord, "platform">): RunRecord {
  const { xstar, threads, pictures, recipe, stopped, scale, format, ascent } = run;
  const { model, models, generators, images, starts, inputs } = run;
  return {
    xstar,
    threads,
    model,
    models,
    generators,
    images,
    starts,
    inputs,
    pictures,
    recipe,
    platform: thisPlatform(),
    stopped,
    ...(scale !== undefined && { scale }),
    ...(format !== undefined && { format }),
    ascent,
  };
}
