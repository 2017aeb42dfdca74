import { openModel } from "@xstar/core";
import { diagnose, type Finding, type Observations } from "@xstar/results";
import { openLabelled } from "../data/labelled.js";
import { nodeRuntime } from "../runtime.js";
import { writeDiagnosis } from "../run/write-diagnosis.js";

/** What is wrong with the article's network, in a few sentences, and the page that says all. */
export interface ArticleDiagnosis {
  readonly summary: string;
  /** Name of the page, beside the report. */
  readonly page: string;
}

const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/** Diagnoses the article's network on the test pictures, and writes diagnosis.html and diagnosis.json beside the report. */
export async function diagnoseArticle(
  bytes: Uint8Array,
  folder: string,
  {
    signal,
    onProgress,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((done: number, total: number, facts: string) => void) | undefined;
  } = {},
): Promise<ArticleDiagnosis | undefined> {
  const model = openModel(bytes, { runtime: nodeRuntime(), labels: digits });
  const { pictures } = await openLabelled("mnist", { labels: digits, classes: digits.length });
  const findings: Finding[] = [];
  let observed: Observations | undefined;
  const found = diagnose(model, pictures, {
    labels: digits,
    signal,
    onProgress: (what, done, total) => onProgress?.(done, total, what),
    onSeen: (seen) => (observed = seen),
  });
  for await (const finding of found) findings.push(finding);
  if (!observed || signal?.aborted) return undefined;
  const file = await writeDiagnosis(folder, {
    model: { name: "the article's network", path: "network.onnx" },
    labels: digits,
    findings,
    observed,
    images: { from: "mnist", pictures },
    isWhole: true,
  });
  return { summary: file.summary, page: "diagnosis.html" };
}
