import type { LineChartOptions } from "../pages/line-chart.js";
import type { PictureSource } from "../measure/source.js";

/** Pictures with the class of each. */
export interface LabelledPictures extends PictureSource {
  /** The class of each picture as the model numbers it; null where it is not known. */
  readonly labels: readonly (number | null)[];
}

/** How much a finding matters: what should be mended first comes first. */
export type Severity = "serious" | "warning" | "note" | "fine";

/** A picture that a finding is about. */
export interface FoundPicture {
  /** Its place in the data set. */
  readonly index: number;
  readonly name: string;
  /** Of the pictures to train with instead of those to look at. */
  readonly isTraining?: boolean;
  /** What is to be said of it: "labelled 4, taken for 9 (99.8 %)". */
  readonly caption: string;
  /** Which of its parts count. */
  readonly heat?: FoundHeat | undefined;
}

/** How much every part of a picture counts, row by row. */
export interface FoundHeat {
  readonly height: number;
  readonly width: number;
  readonly values: readonly number[];
  /** Whether what is negative speaks against the answer. */
  readonly isSigned?: boolean | undefined;
}

/** A picture that was made to ask the network. */
export interface MadePicture {
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  /** A PNG file as an address. */
  readonly png: string;
}

/** One thing that was found out about a network or its data. */
export interface Finding {
  /** Which check found it. */
  readonly check: string;
  readonly severity: Severity;
  /** The finding in one sentence, without a period. */
  readonly title: string;
  /** What it means, and what was done to find it, in sentences. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
  /** The number by which it was decided, and others. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly pictures?: readonly FoundPicture[] | undefined;
  readonly made?: readonly MadePicture[] | undefined;
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } | undefined;
  readonly curve?: Omit<LineChartOptions, "hasMarks"> | undefined;
}

const order: readonly Severity[] = ["serious", "warning", "note", "fine"];

/** A wrong way in comes before all else: the others were seen through it. */
const rank = ({ check, severity }: Finding) =>
  check === "contract" && severity === "serious" ? -1 : order.indexOf(severity);

/**
 * The most important first; of equal ones those that were found first.
 *
 * @example
 * const { pictures: labelled } = await openLabelled("photos", { classes: 10 });
 * const findings = [];
 * for await (const finding of diagnose(model, labelled)) findings.push(finding);
 * byImportance(findings)[0]?.title;
 */
export const byImportance = (findings: readonly Finding[]): Finding[] => findings.toSorted((a, b) => rank(a) - rank(b));
