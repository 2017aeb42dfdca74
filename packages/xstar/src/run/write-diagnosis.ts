import { join } from "node:path";
import {
  diagnosisFile,
  diagnosisReport,
  type DiagnosisFile,
  type Finding,
  type LabelledPictures,
  type Observations,
} from "@xstar/results";
import type { ModelFile } from "@xstar/runs";
import { writeFileAtomic } from "../files/atomic.js";
import { sharpCodec } from "../files/sharp-codec.js";
import { version } from "../version.js";

/** What a diagnosis is written from. */
export interface DiagnosisParts {
  readonly model: Pick<ModelFile, "name" | "path">;
  readonly labels: readonly string[] | undefined;
  readonly findings: readonly Finding[];
  readonly observed: Observations;
  /** Of the pictures to train with. */
  readonly observedToTrain?: Observations | undefined;
  /** Where pictures are from, as a caller named it. */
  readonly images: { readonly from: string; readonly pictures: LabelledPictures };
  readonly train?: { readonly from: string; readonly pictures: LabelledPictures } | undefined;
  readonly isWhole: boolean;
}

const factsOf = (
  { from, pictures }: DiagnosisParts["images"],
  seen: Pick<Observations, "names" | "skipped"> = { names: [], skipped: [] },
) => ({ from, count: pictures.names.length, seen: seen.names.length, skipped: seen.skipped });

/** Writes diagnosis.html and diagnosis.json into a folder; gives what the latter holds. */
export async function writeDiagnosis(folder: string, parts: DiagnosisParts): Promise<DiagnosisFile> {
  const { model, labels, findings, observed, observedToTrain, images, train, isWhole } = parts;
  const file = diagnosisFile(findings, {
    xstar: version,
    model: model.path ?? model.name,
    images: factsOf(images, observed),
    train: train ? factsOf(train, observedToTrain) : null,
    isWhole,
  });
  const report = {
    name: model.name,
    findings,
    isWhole,
    observed,
    pictures: images.pictures,
    training: train?.pictures,
    unreadToTrain: observedToTrain?.skipped,
    labels,
    codec: sharpCodec,
  };
  await writeFileAtomic(join(folder, "diagnosis.html"), await diagnosisReport(report));
  await writeFileAtomic(join(folder, "diagnosis.json"), `${JSON.stringify(file, undefined, 1)}\n`);
  return file;
}
