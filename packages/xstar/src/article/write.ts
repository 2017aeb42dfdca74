import { join } from "node:path";
import { writeFileAtomic } from "../files/atomic.js";
import type { ArticleDiagnosis } from "./diagnosis.js";
import type { ArticleRun, FirstResult } from "./experiment.js";
import { pictureFiles } from "./pictures.js";
import { articleReport, firstReport } from "./report.js";

/** Writes what there is before the other networks are trained: report.html, which `writeArticle` writes again, and network.onnx. */
export async function writeFirst(first: FirstResult, folder: string): Promise<string> {
  const report = join(folder, "report.html");
  await writeFileAtomic(join(folder, "network.onnx"), first.network.model);
  await writeFileAtomic(report, firstReport(first));
  return report;
}

/** Writes report.html, results.json, ascent.onnx, network.onnx and all pictures; returns the path of the report. */
export async function writeArticle(run: ArticleRun, folder: string, diagnosis?: ArticleDiagnosis): Promise<string> {
  const report = join(folder, "report.html");
  await writeFileAtomic(join(folder, "results.json"), `${JSON.stringify(run.results, null, 1)}\n`);
  await writeFileAtomic(join(folder, "network.onnx"), run.model);
  await writeFileAtomic(join(folder, "ascent.onnx"), run.ascentFile);
  for (const [name, bytes] of pictureFiles(run)) await writeFileAtomic(join(folder, "pictures", name), bytes);
  await writeFileAtomic(report, articleReport(run, diagnosis));
  return report;
}
