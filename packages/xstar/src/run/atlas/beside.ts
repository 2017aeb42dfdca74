import { join, relative, resolve, sep } from "node:path";
import { XstarError } from "@xstar/core";
import { readTextIfThere } from "../../files/read.js";

/** Another atlas, by the way from the folder of this one to it. */
export interface AtlasBeside {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

/** The atlases in some folders. Throws `bad-argument` where there is none. */
export async function readBeside(folder: string, others: readonly string[]): Promise<AtlasBeside[]> {
  const found: AtlasBeside[] = [];
  for (const other of new Set(others.map((one) => resolve(one)))) {
    const text = await readTextIfThere(join(other, "atlas.json"));
    const model = text === undefined ? undefined : (JSON.parse(text) as { model?: AtlasBeside }).model;
    if (!model)
      throw new XstarError("bad-argument", `"${other}" holds no atlas to show beside this one`, {
        hint: "Make it first, by xstar atlas with --out",
      });
    found.push({
      path: relative(folder, other).split(sep).map(encodeURIComponent).join("/"),
      name: model.name,
      sha256: model.sha256,
    });
  }
  return found;
}
