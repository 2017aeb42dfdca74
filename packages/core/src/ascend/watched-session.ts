import type { Tensors } from "../define/definition.js";
import type { Session } from "../runtime/runtime.js";
import { floatTypes, numbers, type Tensor } from "../tensor.js";

interface Beside {
  /** The same graph on the processor. */
  openBeside(): Promise<Session>;
  /** The outputs that are the next values of inputs. */
  readonly next: Readonly<Record<string, string>>;
  /** What the device gives; undefined where it was left, or is now, because it failed. */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
  leave(why: string): void;
}

/** A session of a device whose first run is compared with that of the processor, which runs in its place where it was left. */
export function watchedSession(device: Session, { openBeside, next, attempt, leave }: Beside): Session {
  let beside: Session | undefined;
  let isChecked = false;
  return {
    inputs: device.inputs,
    outputs: device.outputs,
    run: async (feeds, ...rest) => {
      const results = await attempt(() => device.run(feeds, ...rest));
      if (results && isChecked) return results;
      beside ??= await openBeside();
      const expected = await beside.run(feeds, ...rest);
      if (!results) return expected;
      const other = differing(results, expected, { feeds, next });
      if (other) {
        leave(`it computes another ${other} than the processor`);
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
