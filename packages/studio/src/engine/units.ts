import { channel, maximize, ascentVocabulary, type MaximizeOptions } from "@xstar/core";
import { planAscent } from "@xstar/runs";
import { modelOf } from "./models.js";
import type { UnitNews } from "./protocol.js";

/** Pictures of some units of a layer, one after the other, in few steps each: one session serves all of them. */
export async function drawUnits(
  { model: id, layer, units, steps }: { model: string; layer: string; units: readonly number[]; steps: number },
  tell: (news: UnitNews, transfer?: Transferable[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { file, files, facts, sides } = modelOf(id);
  const first = units[0];
  if (first === undefined) return;
  const flags = { steps, ...(sides && { size: sides }) };
  const sources = { path: facts.path, files, vocabulary: ascentVocabulary, onWarning: () => {} };
  const plan = await planAscent(file, [`${layer}:${first}`], flags, sources);
  for (const unit of units) {
    if (signal.aborted) return;
    const options: MaximizeOptions = { ...plan.options, steps, signal };
    const target = unit === first ? plan.objectives[0]! : objectiveFor(plan.objectives[0]!, layer, unit);
    const run = maximize(file, target, options);
    const { picture, curve, last } = await run.result;
    if (signal.aborted) return;
    const pictures = Float32Array.from(picture.data as Float32Array);
    const objective = curve[last.index]![0]!;
    tell({ unit, objective, pictures, shape: picture.shape }, [pictures.buffer]);
  }
}

/** The objective of another unit: what a recipe made of the first one stays around it. */
function objectiveFor(of: NonNullable<unknown>, layer: string, unit: number): ReturnType<typeof channel> {
  const swap = (spec: unknown): unknown => {
    if (typeof spec !== "object" || spec === null) return spec;
    const entries = Object.entries(spec).map(([name, value]) => [name, swap(value)]);
    const swapped = Object.fromEntries(entries) as Record<string, unknown>;
    return swapped["layer"] === layer && "channel" in swapped ? { ...swapped, channel: unit } : swapped;
  };
  return swap(of) as ReturnType<typeof channel>;
}
