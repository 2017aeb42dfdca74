import type {
  AscentRecord,
  Box,
  ErrorJson,
  Inspection,
  InputKind,
  PartialContract,
  Shape,
  Spec,
  Tensor,
} from "@xstar/core";
import type { ClassShare, RunFile } from "@xstar/results";
import type { MaximizeFlags } from "@xstar/runs";

/** A file as it was dropped, opened or fetched; its path may have folders. */
export interface GivenFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What somebody chose to run graphs with. */
export interface EngineWish {
  readonly backend?: "wasm" | "webgpu";
  readonly threads?: number | undefined;
}

/** What runs graphs, in truth. */
export interface EngineFacts {
  readonly backend: string;
  readonly threads: number;
  /** Why there are no more threads; undefined where there are as many as are useful. */
  readonly whyNotMore: string | undefined;
  /** Why the graphics processor was left in the middle, in a sentence; what ran goes on beside it. */
  readonly left?: string;
}

/** What is known of a model that was opened. */
export interface ModelFacts {
  /** `article`, or `sha256-` and 12 digits. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly inspection: Inspection;
  readonly labels: readonly string[] | undefined;
  /** What a person should know: of an import, of labels. */
  readonly notes: readonly string[];
  readonly parameters: number;
}

/** A run in the words of the command line: all that decides it, with the model. */
export interface RunSettings {
  readonly model: string;
  readonly targets: readonly string[];
  readonly flags: MaximizeFlags;
}

export interface RunRequest extends RunSettings {
  readonly id: string;
  /** The run goes on where that one stands, with more steps. */
  readonly resume?: string | undefined;
  /** Whether it goes on with other settings than that one: live numbers of the same step graph. */
  readonly isSteered?: boolean | undefined;
  /** Files that starts name. */
  readonly files?: readonly GivenFile[] | undefined;
  /** A file that carries a record: the run repeats it. */
  readonly from?: string | undefined;
  /** Probabilities of all of so many classes are watched; else that of the class that a target is about. */
  readonly watchClasses?: number | undefined;
}

/** What a run is, known before its first step. */
export interface RunFacts {
  readonly id: string;
  readonly jobs: readonly { readonly target: string; readonly start: string | null; readonly slug: string }[];
  readonly steps: number;
  readonly shape: Shape;
  readonly holds: InputKind | undefined;
  readonly names: { readonly optimizer: string; readonly parameterization: string; readonly schedule: string };
  readonly transforms: readonly string[];
  readonly assumed: readonly string[];
  /** Names of what is watched. */
  readonly watched: readonly string[];
  /** What can be changed while it climbs: specs with their defaults filled in. */
  readonly live: LiveSpecs;
  /** The steps after which it was steered. */
  readonly steered: readonly number[];
  /** Whether it climbs by forward passes alone. */
  readonly isGradientFree: boolean;
  /** Of a run that repeats a record, what is run: where it was found may be forgotten. */
  readonly record?: AscentRecord;
}

/** A run by forward passes alone, before it runs. */
export interface BlackBox {
  readonly steps: number;
  /** Forward passes in a step. */
  readonly passes: number;
  /** As measured on a few of them. */
  readonly seconds: number;
  /** Of the pictures. */
  readonly shape: Shape;
}

/** The parts of a run that have live numbers. */
export interface LiveSpecs {
  readonly targets: readonly Spec<"objective">[];
  readonly optimizer: Spec<"optimizer">;
  readonly clip: number | null;
}

/** A step of a run; the numbers of the pictures are in one array. */
export interface StepNews {
  readonly index: number;
  readonly objective: readonly number[];
  readonly watch: Readonly<Record<string, readonly number[]>>;
  readonly gradientNorm: readonly number[];
  readonly pictures: Float32Array<ArrayBuffer>;
  readonly pictureShape: Shape;
}

export interface RunEnd {
  readonly ended: "steps" | "plateau" | "aborted" | "diverged";
  readonly warnings: readonly (readonly string[])[];
  readonly divergedAt: readonly (number | null)[];
  readonly redirected: readonly number[];
  readonly top: readonly (readonly ClassShare[])[] | undefined;
  /** Whether a run of the same settings may take more steps. */
  readonly canGoOn: boolean;
  /** Of a run that repeats a record: whether it gave the same numbers; undefined where it was not the same task. */
  readonly isSame: boolean | undefined;
}

export type RunNews =
  | { readonly planned: RunFacts }
  | { readonly step: StepNews }
  | { readonly warning: string }
  | { readonly progress: string };

/** Pictures for the engine, [batch, channels, height, width]. */
export interface Pictures {
  readonly shape: Shape;
  readonly data: Float32Array<ArrayBuffer>;
}

export interface MadeFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type ExportKind = "png" | "change.png" | "npy" | "json" | "report" | "onnx" | "snippet";

/** What was found in files: a model, or the record of a run. */
export type Received =
  | { readonly kind: "model"; readonly model: ModelFacts; readonly pictures: number }
  | {
      readonly kind: "record";
      readonly path: string;
      readonly modelId: string;
      readonly modelName: string;
      readonly modelSha256: string;
      readonly targets: readonly string[];
      readonly isOpen: boolean;
    }
  | { readonly kind: "pictures"; readonly paths: readonly string[] };

/** One unit of a grid. */
export interface UnitNews {
  readonly unit: number;
  readonly objective: number;
  readonly pictures: Float32Array<ArrayBuffer>;
  readonly shape: Shape;
}

/** A picture as methods explain it. */
export interface ExplainedPicture {
  readonly title: string;
  /** What the answer rests on, by the first map. */
  readonly words: string;
  readonly maps: readonly ExplainedMap[];
  readonly leftOut: readonly { readonly method: string; readonly reason: string }[];
  readonly assumed: readonly string[];
}

/** How much every pixel counts, as one method sees it. */
export interface ExplainedMap {
  readonly type: string;
  readonly name: string;
  /** What the method is, and what a reader has to know: sentences without a period. */
  readonly doc: string;
  readonly caveat: string | undefined;
  readonly isSigned: boolean;
  readonly numbers: Readonly<Record<string, number>>;
  readonly map: Tensor;
}

/** A real picture, what a target makes of it, and the part that its strongest place sees. */
export interface ExcitingPicture {
  readonly path: string;
  readonly value: number;
  /** In pixels of the picture as the model takes it; null where the target has no places that see a part. */
  readonly box: Box | null;
}

/** What the engine does: arguments, answer, and what it tells on the way. */
export interface Calls {
  start: {
    args: EngineWish;
    answer: EngineFacts;
    news: { readonly loaded: number; readonly total: number };
  };
  openArticle: { args: { readonly bytes: Uint8Array<ArrayBuffer> }; answer: ModelFacts; news: never };
  receive: { args: { readonly files: readonly GivenFile[] }; answer: Received; news: { readonly reading: string } };
  setContract: {
    args: { readonly model: string; readonly contract: PartialContract; readonly sides?: readonly [number, number] };
    answer: ModelFacts;
    news: never;
  };
  run: { args: RunRequest; answer: RunEnd; news: RunNews };
  /** What a run would take without gradients. */
  predict: { args: RunSettings; answer: BlackBox; news: never };
  /** Waits, and goes on. */
  pause: { args: { readonly run: string; readonly isPaused: boolean }; answer: null; news: never };
  classify: {
    args: { readonly model: string; readonly pictures: Pictures };
    answer: readonly (readonly number[])[] | null;
    news: never;
  };
  measure: {
    args: { readonly model: string; readonly target: string; readonly pictures: Pictures };
    answer: readonly number[];
    news: never;
  };
  explain: {
    args: {
      readonly model: string;
      /** Undefined for the likeliest class. */
      readonly target: string | undefined;
      /** One picture, in a batch of its own. */
      readonly picture: Pictures;
      /** Whether methods that look at many variants of the picture are wanted, too. */
      readonly isThorough: boolean;
    };
    answer: ExplainedPicture;
    news: { readonly method: string; readonly done: number; readonly of: number };
  };
  readPicture: { args: { readonly model: string; readonly path: string }; answer: Pictures; news: never };
  units: {
    args: { readonly model: string; readonly layer: string; readonly units: readonly number[]; readonly steps: number };
    answer: null;
    news: UnitNews;
  };
  examples: {
    args: { readonly model: string; readonly target: string };
    answer: readonly ExcitingPicture[];
    news: { readonly done: number; readonly of: number };
  };
  export: {
    args: { readonly run: string; readonly kind: ExportKind; readonly picture: number };
    answer: MadeFile;
    news: never;
  };
  runFile: { args: { readonly run: string }; answer: RunFile; news: never };
  forget: { args: { readonly runs: readonly string[] }; answer: null; news: never };
}

export type CallName = keyof Calls;

export interface Request<K extends CallName = CallName> {
  readonly id: number;
  readonly call: K;
  readonly args: Calls[K]["args"];
}

export type ToEngine = Request | { readonly abort: number };

export type FromEngine =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly news: unknown }
  | { readonly id: number; readonly error: ErrorJson }
  /** The graphics processor failed. */
  | { readonly left: string };
