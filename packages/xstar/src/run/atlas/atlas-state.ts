import { join } from "node:path";
import { canonical, differingField, XstarError } from "@xstar/core";
import type { AtlasSettings, AtlasVariants, DirectionsWanted } from "@xstar/runs";
import { writeFileAtomic } from "../../files/atomic.js";
import { readTextIfThere } from "../../files/read.js";

/** What a folder with an atlas remembers. */
export interface AtlasState {
  readonly settings: AtlasSettings;
  /** Layers by the runs that asked for them. */
  readonly groups: readonly (readonly string[])[];
  /** Units of each layer that have pictures; undefined for all. */
  readonly units: number | undefined;
  /** Directions of each layer, by the last run that asked for some by a method. */
  readonly directions: DirectionsWanted;
  readonly variants: AtlasVariants;
  /** Folders of other atlases. */
  readonly beside: readonly string[];
}

/** Where the results of an atlas's jobs are kept, in its folder. */
export const workFolder = ".jobs";

const stateFile = (folder: string) => join(folder, workFolder, "atlas.json");

/** The layers that a folder's atlas has, by the runs that asked for them. Throws `bad-data`. */
export async function readState(folder: string): Promise<AtlasState | undefined> {
  const path = stateFile(folder);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    const { settings, groups, units, directions, variants, beside } = JSON.parse(text) as AtlasState;
    if (typeof settings === "object" && groups.every((one) => Array.isArray(one)))
      return { settings, groups, units, directions, variants, beside };
  } catch {
    // said below
  }
  throw new XstarError("bad-data", `"${path}" does not say what the atlas is of`, {
    hint: "Give another folder, or delete this one to begin again",
  });
}

/** The layers with those that are new, as a group of their own. */
export function withLayers(groups: AtlasState["groups"], asked: readonly string[]): AtlasState["groups"] {
  const known = new Set(groups.flat());
  const added = [...new Set(asked)].filter((name) => !known.has(name));
  return added.length > 0 ? [...groups, added] : groups;
}

/** Units of each layer, at least as many as the folder has; undefined for all. */
export function withUnits(known: AtlasState | undefined, asked: number | undefined): number | undefined {
  if (!known || asked === undefined) return asked;
  return known.units === undefined ? undefined : Math.max(known.units, asked);
}

/** Keeps what the folder's atlas is of. Throws `bad-argument` where it holds one of other settings. */
export async function keepState(folder: string, known: AtlasState | undefined, state: AtlasState): Promise<void> {
  if (known) {
    const other = differingField(known.settings, state.settings);
    if (other !== undefined) {
      const words: Readonly<Record<string, string>> = {
        xstar: "version of xstar",
        data: "set of images",
        network: "input of the model",
        ascent: "recipe, seed or number of steps",
      };
      throw new XstarError(
        "bad-argument",
        `"${folder}" holds an atlas that was made with another ${words[other] ?? other}`,
        {
          hint: "Give another folder with --out, or delete this one to begin again",
        },
      );
    }
  }
  if (canonical(known) !== canonical(state))
    await writeFileAtomic(stateFile(folder), `${JSON.stringify(state, undefined, 1)}\n`);
}
