import { fields, lookUp, objectives, parameterizations, starts, transforms, XstarError, type Spec } from "@xstar/core";
import { endingOf } from "@xstar/results";
import { pictureEndings } from "./read-picture.js";
import type { DefinitionTable } from "./spec-flags.js";

/** What specs name instead of holding it. */
export type AssetKind = "models" | "generators" | "images";

/** Paths by kind and by the name that specs have for them. */
export type AssetPaths = Readonly<Record<AssetKind, ReadonlyMap<string, string>>>;

export interface SpecsOfRun {
  readonly objectives: readonly Spec[];
  readonly parameterization: Spec;
  readonly transforms: readonly Spec[];
  readonly starts: readonly Spec[];
}

/** `cat=photo.jpg`, as `flag` takes it. Throws `bad-argument`. */
export function parseNamedFile(flag: string, text: string): [name: string, path: string] {
  const [, name = "", path = ""] = /^\s*([^=]*?)\s*=(.*)$/s.exec(text) ?? [];
  if (name !== "" && path !== "") return [name, path];
  throw new XstarError("bad-argument", `"${flag}" must be a name and its file, name=file: current value is ${text}`);
}

/** Parameters of specs that are the path of a picture or a model: the path is then its own name. */
export function pathsInSpecs(specs: SpecsOfRun): AssetPaths {
  const found = [
    ...specs.objectives.flatMap((spec) => namesIn(objectives, spec, "models")),
    ...namesIn(parameterizations, specs.parameterization, "generators"),
    ...specs.transforms.flatMap((spec) => namesIn(transforms, spec, "models")),
    ...specs.starts.flatMap((spec) => namesIn(starts, spec, "models")),
  ];
  const ofKind = (kind: AssetKind) =>
    new Map(found.filter((one) => one.kind === kind && isPath(one)).map(({ name }) => [name, name] as const));
  return { models: ofKind("models"), generators: ofKind("generators"), images: ofKind("images") };
}

interface AssetName {
  readonly kind: AssetKind;
  readonly name: string;
  /** Whether it may be a folder of pictures. */
  readonly isSet?: boolean;
}

/** Those of `first` go before. */
export function joinPaths(first: AssetPaths, second: AssetPaths): AssetPaths {
  const join = (kind: AssetKind) => new Map([...second[kind], ...first[kind]]);
  return { models: join("models"), generators: join("generators"), images: join("images") };
}

/** All names of pictures and models in a spec and those inside it; `models` is what a model in it is. */
function namesIn(table: DefinitionTable, spec: Spec, models: "models" | "generators"): AssetName[] {
  const { params } = lookUp(table, spec, "type");
  return Object.entries(params).flatMap(([param, { kind }]) => {
    const value = spec[param];
    if (kind === "objective" && fields.isSpec(value)) return namesIn(objectives, value, models);
    if (kind === "parameterization" && fields.isSpec(value)) return namesIn(parameterizations, value, models);
    if (typeof value !== "string") return [];
    return kind === "image" || kind === "images"
      ? [{ kind: "images", name: value, isSet: kind === "images" }]
      : kind === "model"
        ? [{ kind: models, name: value }]
        : [];
  });
}

function isPath({ kind, name, isSet }: AssetName): boolean {
  if (isSet) return true;
  const ending = endingOf(name);
  return kind === "images" ? pictureEndings.has(ending) : ending === ".onnx";
}
