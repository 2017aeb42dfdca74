import type { Planes } from "../image/planes.js";
import { rankClass, type ClassRank } from "./class-rank.js";
import { findNearestFeatures, meanPairDistance, type Distances } from "./feature-distance.js";
import { percentileOf } from "./percentile.js";
import { spectrumSlope } from "./spectrum.js";

/** What the networks and the data set say of one picture, as far as it is known. */
export interface PictureFacts {
  /** Of what the picture was made for, on the picture without transforms. */
  readonly activation: number;
  /** The picture itself; undefined for inputs that are none. */
  readonly planes: Planes | undefined;
  /** Mean activations of a layer's units. */
  readonly features: ArrayLike<number> | undefined;
  /** The class that it was made for, and how the network that it was made on scores it. */
  readonly own: ClassScores;
  /** The same of other networks, by their names. */
  readonly others: Readonly<Record<string, ClassScores>>;
}

export interface ClassScores {
  readonly class: number | undefined;
  /** Of every class, before a softmax. */
  readonly scores: ArrayLike<number> | undefined;
  /** Why the network could not look at the picture. */
  readonly problem?: string | undefined;
}

/** What a data set makes of the network. */
export interface DatasetFacts {
  readonly names: readonly string[];
  /** Of the same objective, by picture. */
  readonly activations: ArrayLike<number> | undefined;
  /** Of the same layer, by picture. */
  readonly features: readonly ArrayLike<number>[] | undefined;
}

/** The nearest picture of a data set: its name, and how far away it is (0 for equal). */
export interface NearestPicture {
  readonly name: string;
  readonly distance: number;
}

/** How good a picture is, as plain JSON; what could not be computed is undefined. */
export interface PictureMetrics {
  readonly activation: number | undefined;
  /** Of the activation among those of the data set, from 0 to 100. */
  readonly percentile: number | undefined;
  /** How near a real picture is in the network's own features: smaller is more plausible. */
  readonly plausibility:
    | { readonly cosine: NearestPicture | undefined; readonly euclidean: NearestPicture }
    | undefined;
  /** Where the network itself puts the class that the picture was made for. */
  readonly recognition: ClassRank | undefined;
  /** Where other networks put it, by their names; undefined where none of them does. */
  readonly transfer: Readonly<Record<string, ClassRank>> | undefined;
  /** Log amplitude over log frequency: photographs have -0.8 to -1.5 (`spectrumSlope`). */
  readonly spectrumSlope: number | undefined;
  /** Why what is undefined is, in sentences; for `transfer` also why some networks are not in it. */
  readonly missing: Readonly<Partial<Record<MetricName, string>>>;
}

/** The name of a metric. */
export type MetricName = Exclude<keyof PictureMetrics, "missing">;

/** A value, or why there is none. */
type Found<T> = { readonly value: T } | { readonly why: string };

const found = <T>(value: T | undefined, why: string): Found<T> => (value === undefined ? { why } : { value });

export function describePicture(facts: PictureFacts, dataset: DatasetFacts | undefined): PictureMetrics {
  const { activation } = facts;
  const metrics = {
    activation: found(Number.isFinite(activation) ? activation : undefined, "The activation is not finite"),
    percentile: findPercentile(facts, dataset),
    plausibility: findPlausibility(facts, dataset),
    recognition: findRank(facts.own),
    transfer: findTransfer(facts),
    spectrumSlope: findSlope(facts),
  } satisfies Record<MetricName, Found<unknown>>;
  return {
    activation: valueOf(metrics.activation),
    percentile: valueOf(metrics.percentile),
    plausibility: valueOf(metrics.plausibility),
    recognition: valueOf(metrics.recognition),
    transfer: valueOf(metrics.transfer),
    spectrumSlope: valueOf(metrics.spectrumSlope),
    missing: reasons(metrics),
  };
}

/** The metrics of a picture that was measured without a data set, with what that data set makes of it. */
export function compareWithDataset(
  metrics: PictureMetrics,
  features: PictureFacts["features"],
  dataset: DatasetFacts,
): PictureMetrics {
  const compared = {
    percentile: findPercentile({ activation: metrics.activation ?? Number.NaN }, dataset),
    plausibility: findPlausibility({ features }, dataset),
  };
  const { percentile: _, plausibility: __, ...missing } = metrics.missing;
  return {
    ...metrics,
    percentile: valueOf(compared.percentile),
    plausibility: valueOf(compared.plausibility),
    missing: { ...missing, ...reasons(compared) },
  };
}

/** Why what is not known is not. */
function reasons(metrics: Readonly<Partial<Record<MetricName, Found<unknown>>>>): PictureMetrics["missing"] {
  return Object.fromEntries(Object.entries(metrics).flatMap(([name, one]) => ("why" in one ? [[name, one.why]] : [])));
}

/** How different pictures are in the network's features, or why that is not known. */
export function describeDiversity(features: readonly (ArrayLike<number> | undefined)[]): Found<Distances> {
  const known = features.filter((one) => one !== undefined);
  if (known.length < features.length) return { why: noFeatures };
  return found(meanPairDistance(known), "One picture alone has no diversity");
}

const noDataset = "There is no data set to compare with";
const noClass = "It was not made for a class";
const noFeatures = "No layer was chosen to read features from";

function valueOf<T>(one: Found<T>): T | undefined {
  return "value" in one ? one.value : undefined;
}

function findPercentile(
  { activation }: Pick<PictureFacts, "activation">,
  dataset: DatasetFacts | undefined,
): Found<number> {
  if (!dataset) return { why: noDataset };
  if (!dataset.activations) return { why: "The data set was not measured for this objective" };
  if (!Number.isFinite(activation)) return { why: "The activation is not finite" };
  return found(percentileOf(activation, dataset.activations), "The data set is empty");
}

function findPlausibility(
  { features }: Pick<PictureFacts, "features">,
  dataset: DatasetFacts | undefined,
): Found<NonNullable<PictureMetrics["plausibility"]>> {
  if (!dataset) return { why: noDataset };
  if (!features) return { why: noFeatures };
  if (!dataset.features) return { why: "The features of the data set are not known" };
  const nearest = findNearestFeatures(features, dataset.features);
  if (!nearest) return { why: "The data set is empty" };
  const named = ({ index, distance }: { index: number; distance: number }) => ({
    name: dataset.names[index]!,
    distance,
  });
  return { value: { cosine: nearest.cosine && named(nearest.cosine), euclidean: named(nearest.euclidean) } };
}

function findRank({ class: index, scores }: ClassScores): Found<ClassRank> {
  if (index === undefined) return { why: noClass };
  if (!scores) return { why: "The network gives no class scores" };
  if (index >= scores.length) return { why: `The network has only ${scores.length} classes` };
  return { value: rankClass(scores, index) };
}

function findTransfer({ own, others }: PictureFacts): Found<Record<string, ClassRank>> {
  if (Object.keys(others).length === 0) return { why: "There is no second network" };
  if (own.class === undefined) return { why: noClass };
  const all = Object.entries(others).map(([name, one]) => {
    if (one.problem !== undefined) return { name, found: { why: one.problem } };
    const found = one.class === undefined ? { why: "It is not known which of its classes that is" } : findRank(one);
    return { name, found };
  });
  const ranks = all.flatMap(({ name, found }) => ("value" in found ? [[name, found.value] as const] : []));
  const broken = all.filter(({ name }) => ranks.length === 0 || others[name]!.problem !== undefined);
  const why = broken.flatMap(({ name, found }) => ("why" in found ? [`${name}: ${found.why}`] : [])).join("; ");
  if (ranks.length === 0) return { why };
  return { value: Object.fromEntries(ranks), ...(broken.length > 0 && { why }) };
}

function findSlope({ planes }: PictureFacts): Found<number> {
  if (!planes) return { why: "The input is no picture" };
  if (!Array.prototype.every.call(planes.data, Number.isFinite)) return { why: "The picture is not finite" };
  return found(spectrumSlope(planes) ?? undefined, "The picture is constant, or too small to have a spectrum");
}
