import { numbers, tensor, type Tensor } from "../tensor.js";

type Feeds = Readonly<Record<string, Tensor>>;

/** What can be run: a session, for example. */
interface Runnable {
  run(feeds: Feeds, outputs: readonly string[]): Promise<Feeds>;
}

export interface Difference {
  readonly value: number;
  /** How much the differences of a step and of half of it differ: much where a kink lies between. */
  readonly doubt: number;
}

/** The derivative of the sum of <u, y> along `v` of one input, by central differences, extrapolated to a step of 0. */
export async function differentiateAlong(
  { session, feeds }: { readonly session: Runnable; readonly feeds: Feeds },
  input: string,
  v: readonly number[],
  u: Feeds,
  step: number,
): Promise<Difference> {
  const x = feeds[input]!;
  const names = Object.keys(u);
  const run = async (by: number) => {
    const moved = numbers(x).map((value, i) => value + by * v[i]!);
    const results = await session.run({ ...feeds, [input]: tensor(x.dtype as "float32", moved, x.shape) }, names);
    return names.map((name) => numbers(results[name]!));
  };
  const central = async (h: number) => {
    const [up, down] = [await run(h), await run(-h)];
    const terms = names.flatMap((name, k) => numbers(u[name]!).map((w, i) => w * (up[k]![i]! - down[k]![i]!)));
    return terms.reduce((a, b) => a + b, 0) / (2 * h);
  };
  const [whole, half] = [await central(step), await central(step / 2)];
  return { value: (4 * half - whole) / 3, doubt: Math.abs(whole - half) };
}
