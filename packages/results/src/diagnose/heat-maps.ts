import { openExplainer, XstarError, type Explanation, type Tensor } from "@xstar/core";
import type { CheckContext } from "./check.js";

interface Asked {
  readonly target: string;
  /** In words, as on the command line; the usual one of the network where they are left out. */
  readonly methods?: readonly string[];
  readonly pictures: readonly (() => Tensor | Promise<Tensor>)[];
}

/** What the answer to a target rests on in each of some pictures; nothing where no method fits the network. */
export async function heatMapsOf(
  { model, options }: Pick<CheckContext, "model" | "options">,
  { target, methods, pictures }: Asked,
): Promise<Explanation[]> {
  const explainer = await openExplainer(model, target, { ...options, ...(methods && { methods }) }).catch(
    (error: unknown) => {
      if (XstarError.is(error) && ["bad-argument", "unknown-layer", "missing-vjp-rule"].includes(error.code)) return;
      throw error;
    },
  );
  if (!explainer) return [];
  try {
    const found: Explanation[] = [];
    for (const read of pictures) found.push((await explainer(await read())).maps[0]!);
    return found;
  } finally {
    await explainer.release();
  }
}
