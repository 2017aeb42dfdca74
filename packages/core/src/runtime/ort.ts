/**
 * The part of an ONNX Runtime package (`onnxruntime-node`, `onnxruntime-web/webgpu`, ...) that xstar uses. The package's own types
 * would ask for those of the DOM, in Node too.
 */
export interface Ort {
  /** Only in Node. */
  readonly listSupportedBackends?: () => readonly { readonly name: string }[];
  readonly InferenceSession: { create(model: Uint8Array, options?: OrtSettings): Promise<OrtSession> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly env: {
    readonly versions: { readonly node?: string; readonly web?: string; readonly common: string };
    readonly wasm: { numThreads?: number };
    /** In a browser the GPUDevice, since a session was opened there. */
    readonly webgpu?: { readonly device?: unknown };
    logLevel?: string;
  };
}

export interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface OrtSession {
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly OrtPort[];
  readonly outputMetadata: readonly OrtPort[];
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
    options?: { readonly logSeverityLevel: 4 },
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export type OrtPort =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      readonly shape: readonly (number | string)[];
    };

export interface OrtSettings {
  executionProviders: string[];
  graphOptimizationLevel: "disabled" | "extended" | "all";
  intraOpNumThreads: number;
  logSeverityLevel: 4;
  extra: Record<string, unknown>;
  optimizedModelFilePath?: string;
  enableProfiling?: boolean;
  profileFilePrefix?: string;
  externalData?: { readonly path: string; readonly data: Uint8Array }[];
}
