import type { Tensors } from "../define/definition.js";
import { XstarError } from "../errors.js";
import type { WeightFiles } from "../onnx/weights.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { floatTypes, numbers, type Tensor } from "../tensor.js";

/** A graph to open, and the outputs that are the next values of its inputs. */
export interface Opened {
  readonly bytes: Uint8Array;
  readonly files: WeightFiles;
  readonly next?: Readonly<Record<string, string>>;
}

/**
 * What runs the graphs of an ascent: a device, as long as it does not fail and the first run of each graph gives what the processor
 * beside it gives; from then on that processor.
 */
export class Processor {
  /** Why the device was left; undefined while it is not. */
  left: string | undefined;

  constructor(
    private readonly runtime: Runtime,
    private readonly host: Runtime,
  ) {}

  async open({ bytes, files, next }: Opened): Promise<Session> {
    const device = await this.attempt(() => this.runtime.open(bytes, { files }));
    const openBeside = () => this.host.open(bytes, { files });
    return device ? this.watched(device, openBeside, next) : openBeside();
  }

  private watched(device: Session, openBeside: () => Promise<Session>, next: Opened["next"] = {}): Session {
    let beside: Session | undefined;
    let isChecked = false;
    return {
      inputs: device.inputs,
      outputs: device.outputs,
      run: async (feeds, ...rest) => {
        const results = await this.attempt(() => device.run(feeds, ...rest));
        if (results && isChecked) return results;
        beside ??= await openBeside();
        const expected = await beside.run(feeds, ...rest);
        if (!results) return expected;
        const other = differing(results, expected, { feeds, next });
        if (other) {
          this.left = `it computes another ${other} than the processor`;
          return expected;
        }
        isChecked = true;
        await beside.release();
        beside = undefined;
        return results;
      },
      async release() {
        await beside?.release();
        // a device that was lost may not even close
        await device.release().catch(() => undefined);
      },
    };
  }

  /** What the device gives; undefined where it was left, or is now, because it failed. */
  private async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.left !== undefined) return undefined;
    try {
      return await work();
    } catch (error) {
      if (!XstarError.is(error)) throw error;
      this.left = `it failed: ${error.message}`;
      return undefined;
    }
  }
}

/** What rounding may make of numbers, and of the change of a variable: optimizers may take the sign of what is nearly 0. */
const tolerance = { value: 0.01, change: 0.3 };

/** The first output that differs by more than rounding. */
function differing(
  results: Tensors,
  expected: Tensors,
  { feeds, next }: { feeds: Tensors; next: Readonly<Record<string, string>> },
): string | undefined {
  const before = new Map(Object.entries(next).map(([input, output]) => [output, feeds[input]]));
  return Object.keys(expected).find((name) => {
    const [a, b] = [results[name]!, expected[name]!];
    if (!floatTypes.has(b.dtype)) return false;
    const from = before.get(name);
    // of a slot that begins at 0 the value is the change
    const most = from ? tolerance.change : tolerance.value;
    return !(distance(a, b) <= most * distance(b, from) + 1e-6);
  });
}

/** The L2 norm of a - b, or of a alone; infinite where one is a finite number and the other is none. */
function distance(a: Tensor, b: Tensor | undefined): number {
  const [left, right] = [numbers(a), b && numbers(b)];
  let squares = 0;
  for (const [i, x] of left.entries()) {
    const y = right?.[i] ?? 0;
    if (Number.isFinite(x) !== Number.isFinite(y)) return Infinity;
    if (Number.isFinite(x)) squares += (x - y) ** 2;
  }
  return Math.sqrt(squares);
}
