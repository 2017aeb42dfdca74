import { XstarError, type FurtherModel, type LoadedModel, type MaximizeOptions, type StartGiven } from "@xstar/core";

/** An ascent without its targets, in a form that can be sent to another thread. */
export interface ManyJob {
  readonly model: ModelSource;
  readonly options: JobOptions;
  readonly models: Readonly<Record<string, JobModel>>;
  readonly generators: Readonly<Record<string, JobModel>>;
  /** Threads of ONNX Runtime for each runner. */
  readonly threads: number;
  /** Modules that export definitions of the user's own. */
  readonly use: readonly string[];
  /** The stream of random numbers of each picture of a batch. @default the first for all, so that none depends on its place */
  readonly streams?: readonly number[];
}

/** A model that may lie in a file. */
type SavedModel = LoadedModel & { readonly path?: string | undefined };

/** A path, or the bytes of a model that has none. */
export type ModelSource = string | Uint8Array;

export type JobModel = Omit<FurtherModel, "model"> & { readonly model: ModelSource };

export type JobOptions = Omit<
  MaximizeOptions,
  "models" | "generators" | "rules" | "resume" | "signal" | "streams" | "start" | "definitions" | "vocabulary"
> & { readonly start?: StartGiven };

/**
 * The job that the options of an ascent make. Throws `bad-argument` for what belongs to one run only (a checkpoint,
 * streams, several starts) or cannot be sent to a thread (rules and definitions of one's own that no module of `use` exports,
 * models from memory with weights beside them).
 */
export function createJob(
  model: SavedModel,
  {
    models = {},
    generators = {},
    rules,
    resume,
    signal,
    streams,
    start,
    definitions = [],
    vocabulary: _vocabulary,
    ...options
  }: MaximizeOptions,
  { threads = 1, use = [] }: { readonly threads?: number; readonly use?: readonly string[] } = {},
): ManyJob {
  const refused = { rules, resume, signal, streams };
  for (const [name, value] of Object.entries(refused)) {
    if (value !== undefined)
      throw new XstarError("bad-argument", `The option "${name}" cannot be used for many targets at once`);
  }
  if (definitions.length > 0 && use.length === 0) {
    throw new XstarError("bad-argument", "Definitions of your own cannot be sent to threads as they are", {
      hint: 'Export them from a module and name it: use: ["./my-parts.js"]',
    });
  }
  const starts = Array.isArray(start) ? start : [start];
  if (starts.length > 1)
    throw new XstarError("bad-argument", `Many targets at once have one start: ${starts.length} are given`);
  return {
    model: sourceOf(model, "the model"),
    options: { ...options, ...(starts[0] !== undefined && { start: starts[0] }) },
    models: sources(models),
    generators: sources(generators),
    threads,
    use,
  };
}

function sources(models: Readonly<Record<string, FurtherModel>>): Record<string, JobModel> {
  return Object.fromEntries(
    Object.entries(models).map(([name, { model, ...rest }]) => [
      name,
      { ...rest, model: sourceOf(model, `the model "${name}"`) },
    ]),
  );
}

function sourceOf(model: SavedModel, what: string): ModelSource {
  if (model.path !== undefined) return model.path;
  if (model.files.size === 1) return model.source.bytes;
  throw new XstarError("bad-argument", `Many targets at once need ${what} as a file: its weights lie beside it`);
}
