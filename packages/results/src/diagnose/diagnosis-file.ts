import type { Finding } from "./finding.js";
import type { Observations } from "./observe.js";
import { byImportance } from "./finding.js";
import { summarizeFindings } from "./report.js";

/** Pictures that a network was shown. */
export interface DiagnosedPictures {
  /** Where they are from, as a caller named it. */
  readonly from: string;
  readonly count: number;
  readonly seen: number;
  readonly skipped: Observations["skipped"];
}

/** diagnosis.json: all that a report shows, for programs. */
export interface DiagnosisFile {
  readonly xstar: string;
  readonly model: string | null;
  readonly images: DiagnosedPictures;
  readonly train: DiagnosedPictures | null;
  /** Whether all checks were made. */
  readonly isWhole: boolean;
  readonly summary: string;
  /** The most important first. */
  readonly findings: readonly Finding[];
}

/** What was found, as it is kept. */
export function diagnosisFile(
  findings: readonly Finding[],
  facts: Omit<DiagnosisFile, "summary" | "findings">,
): DiagnosisFile {
  return { ...facts, summary: summarizeFindings(findings, facts.isWhole), findings: byImportance(findings) };
}
