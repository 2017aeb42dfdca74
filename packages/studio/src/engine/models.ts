import { guessContract, inspect, XstarError, type PartialContract } from "@xstar/core";
import type { ModelFile } from "@xstar/runs";
import { Files } from "./files.js";
import { loadModel, modelAmong } from "./load.js";
import { runtimeOf } from "./ort.js";
import type { GivenFile, ModelFacts } from "./protocol.js";

/** A model that is open, with the files that came with it. */
export interface OpenModel {
  readonly facts: ModelFacts;
  readonly file: ModelFile;
  readonly files: Files;
  /** Of the picture, where somebody chose it. */
  readonly sides: readonly [number, number] | undefined;
}

const opened = new Map<string, OpenModel>();

/** Throws `bad-argument` for one that is not open. */
export function modelOf(id: string): OpenModel {
  const model = opened.get(id);
  if (model) return model;
  throw new XstarError("bad-argument", `The model ${id} is not open in this tab`, { hint: "Drop its file here" });
}

export const openModels = (): readonly OpenModel[] => [...opened.values()];

export const shaOf = (sha256: string) => `sha256-${sha256.slice(0, 12)}`;

/** Opens what a drop holds. Throws as `loadModel` does, and `bad-model` where nothing is a model. */
export async function openFiles(given: readonly GivenFile[], fixedId?: string): Promise<ModelFacts> {
  const files = new Files(given);
  const path = modelAmong(files.paths) ?? files.paths[0]!;
  const file = await loadModel(files, path, await runtimeOf());
  const { sha256 } = await files.reference(path);
  return keep({ id: fixedId ?? shaOf(sha256), sha256, path, file, files });
}

interface Kept {
  readonly id: string;
  readonly sha256: string;
  readonly path: string;
  readonly file: ModelFile;
  readonly files: Files;
  readonly contract?: PartialContract;
  readonly sides?: readonly [number, number] | undefined;
}

async function keep({ id, sha256, path, file, files, contract, sides }: Kept): Promise<ModelFacts> {
  const said = file.contractFile?.contract ?? {};
  const name = file.contractFile?.path;
  const from = { ...said, ...contract };
  const whose = (field: "mean" | "layout" | "order") =>
    contract && field in contract ? "you said so" : `${name} says so`;
  const inspection = await inspect(file, {
    ...(Object.keys(from).length > 0 && { contract: from }),
    contractFrom: {
      ...(from.mean && { range: whose("mean") }),
      ...(from.layout && { layout: whose("layout") }),
      ...(from.order && { order: whose("order") }),
    },
    ...(file.contractFile?.logits !== undefined && { logits: file.contractFile.logits }),
  });
  const facts: ModelFacts = {
    id,
    sha256,
    path,
    name: file.name,
    inspection,
    labels: fitting(file.labels, inspection.classes?.count),
    notes: file.notes,
    parameters: inspection.file.parameters,
  };
  opened.set(id, { facts, file, files, sides });
  return facts;
}

const fitting = (labels: readonly string[] | undefined, count: number | undefined) =>
  labels && labels.length === count ? labels : undefined;

/** The same model with another input contract. */
export async function setContract(
  id: string,
  contract: PartialContract,
  sides?: readonly [number, number],
): Promise<ModelFacts> {
  const { facts, file, files } = modelOf(id);
  const whole = guessContract(file.source, { given: { ...file.contractFile?.contract, ...contract } }).contract;
  const contractFile = {
    labels: undefined,
    logits: undefined,
    path: facts.path,
    ...file.contractFile,
    contract: whole,
  };
  const changed: ModelFile = { ...file, contract: whole, contractFile };
  return keep({ ...facts, file: changed, files, contract, sides });
}
