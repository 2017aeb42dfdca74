import {
  specsIn,
  XstarError,
  type fields,
  type Spec,
  type SpecKind,
  type SpecNode,
  type Vocabulary,
} from "@xstar/core";
import { endingOf } from "@xstar/results";
import { pictureEndings } from "./picture-endings.js";

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
export function pathsInSpecs(vocabulary: Vocabulary, specs: SpecsOfRun): AssetPaths {
  const namesOf = (kind: SpecKind, spec: Spec) => [...specsIn(vocabulary, kind, spec)].flatMap(namesIn);
  const found = [
    ...specs.objectives.flatMap((spec) => namesOf("objective", spec)),
    ...namesOf("parameterization", specs.parameterization),
    ...specs.transforms.flatMap((spec) => namesOf("transform", spec)),
    ...specs.starts.flatMap((spec) => namesOf("start", spec)),
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

/** All names of pictures and models that a spec has; a model of a parameterization is a generator. */
function namesIn({ kind: of, spec, definition }: SpecNode): AssetName[] {
  return Object.entries(definition.params as fields.Fields).flatMap(([param, { kind }]): AssetName[] => {
    const name = spec[param];
    if (typeof name !== "string") return [];
    if (kind === "image" || kind === "images") return [{ kind: "images", name, isSet: kind === "images" }];
    if (kind === "model") return [{ kind: of === "parameterization" ? "generators" : "models", name }];
    return [];
  });
}

function isPath({ kind, name, isSet }: AssetName): boolean {
  if (isSet) return true;
  const ending = endingOf(name);
  return kind === "images" ? pictureEndings.has(ending) : ending === ".onnx";
}
