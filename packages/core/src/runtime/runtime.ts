import type { Lowering } from "../ir/ops/index.js";
import type { DType, Tensor } from "../tensor.js";

/** What runs ONNX graphs. The caller chooses it; nothing else in xstar knows ONNX Runtime. */
export interface Runtime {
  /** The provider (`cpu`, `wasm`, `webgpu`, ...), the version of ONNX Runtime and the threads: goes into records. */
  readonly name: string;
  readonly lowering: Lowering;
  /** Threads of one run, as they are in truth. */
  readonly threads: number;
  /**
   * The processor beside a device: it runs what is run once, such as the graphs that tell shapes, and goes on where the device fails.
   * Left out where this is that processor.
   */
  readonly host?: Runtime;
  /** Opens a graph. Throws `runtime-failure` when ONNX Runtime refuses it. */
  open(model: Uint8Array, options?: OpenOptions): Promise<Session>;
}

export interface OpenOptions {
  /** Bytes of the files that the graph points to as external data, by location. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** How much ONNX Runtime rewrites the graph; `disabled` opens fastest, `all` also changes the layout of float32 convolutions. */
  readonly optimization?: "disabled" | "extended" | "all";
  /** Whether it is a graph of many runs, so that what ONNX Runtime makes of it is kept where the runtime keeps graphs. @default false */
  readonly isRepeated?: boolean;
}

/** A value as ONNX Runtime sees it; undefined dimensions are free. */
export interface Port {
  readonly name: string;
  /** Undefined when it is no tensor, or of a type that xstar does not handle. */
  readonly dtype: DType | undefined;
  readonly dims: readonly (number | undefined)[];
}

/** A graph that is open for running. Release it when done. */
export interface Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * Runs the graph once; gives the named outputs, or all. Outputs that `into` has a tensor for are written into it, which
   * saves allocating large ones again at every step.
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    outputs?: readonly string[],
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}
