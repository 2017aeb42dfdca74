import type { RunRecord } from "./run-record.js";

/** The record of a run. Its keys have one order, so that a picture that is made again has the same bytes. */
export function recordOf(run: RunRecord): RunRecord {
  const { xstar, threads, device, precision, pictures, recipe, platform, stopped, scale, format, ascent } = run;
  const { model, models, generators, images, starts, inputs, use } = run;
  return {
    xstar,
    threads,
    ...(device !== undefined && { device }),
    ...(precision !== undefined && { precision }),
    model,
    models,
    generators,
    images,
    starts,
    inputs,
    ...(use && { use }),
    pictures,
    recipe,
    platform,
    stopped,
    ...(scale !== undefined && { scale }),
    ...(format !== undefined && { format }),
    ascent,
  };
}
