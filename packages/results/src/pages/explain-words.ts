import type { ExplainedPicture, Explanation, Tensor } from "@xstar/core";
import type { RestsOn } from "../measure/rests-on.js";
import { joinWithAnd, ninths } from "./describe-change.js";
import { formatNumber, formatPercent } from "./format.js";

/** Of `n02123045 tabby, tabby cat` the first name. */
export const shortLabel = (label: string) =>
  label
    .replace(/^n\d{8}\s+/, "")
    .split(",")[0]!
    .trim();

/** A class as a person calls it. */
export function nameOfClass(index: number, labels: readonly string[] | undefined): string {
  const label = labels?.[index];
  return label === undefined || label === "" ? `class ${index}` : shortLabel(label);
}

/** What is explained, as a title: the class and its probability, or the target and its value. */
export function titleOf(
  { class: chosen, value, probabilities }: ExplainedPicture,
  labels: readonly string[] | undefined,
  target: string | undefined,
): string {
  if (chosen === null) return `${target ?? "target"}: ${formatNumber(value)}`;
  const name = nameOfClass(chosen, labels);
  return probabilities ? `${name}, ${formatPercent(probabilities[chosen]!)}` : name;
}

/** So much of a part says where it is, in so many places at most. */
const [mostOf, mostPlaces] = [0.7, 3];

/** Where the pixels lie that are 1 in [height, width]: the ninths of the picture that hold most of them. */
function placesInWords({ shape, data }: Tensor<"float32">): string {
  const [height, width] = shape as [number, number];
  const counts = Array.from({ length: 9 }, () => 0);
  for (let at = 0; at < data.length; at++) {
    const row = Math.floor((3 * Math.floor(at / width)) / height);
    counts[3 * row + Math.floor((3 * (at % width)) / width)]! += data[at]!;
  }
  const total = counts.reduce((a, b) => a + b);
  const fullest = counts.map((count, ninth) => ({ count, ninth })).toSorted((a, b) => b.count - a.count);
  const named: string[] = [];
  for (let sum = 0; sum < mostOf * total;) {
    const { count, ninth } = fullest[named.length]!;
    if (named.push(ninths.flat()[ninth]!) > mostPlaces) return "in many places";
    sum += count;
  }
  return joinWithAnd(named);
}

/** Below this share of its value a target has been lost; above the second it has stayed, above the last it has risen. */
const [lost, stayed, risen] = [0.5, 0.8, 1.25];

/**
 * What an answer rests on, in sentences: where the map is warm, and what blurring that part does.
 *
 * @example
 * const explained = await explainer(photo);
 * const rests = await restsOn(explainer, photo, explained, explained.maps[0]);
 * describeRest(rests, explained.maps[0], "tabby");
 */
export function describeRest(
  { share, part, tested, isProbability }: RestsOn,
  { isSigned }: Pick<Explanation, "isSigned">,
  name: string,
): string {
  if (share === 0 && tested.whole === 0 && !isProbability)
    return `It is 0 on this picture, and small changes do not wake it: no map can say where to look. Choose a picture that it answers to (xstar examples finds some).`;
  if (share === 0)
    return `Nothing of the picture speaks for ${name} by this method: no place is warmer than the others. Another one (--method) may tell more.`;
  const { whole, without, only } = tested;
  const number = isProbability ? formatPercent : (x: number) => formatNumber(x, 3);
  const heat = isSigned ? "Half of what speaks for it" : "Half of the heat";
  const where = `${heat} lies on ${formatPercent(share)} of the picture, ${placesInWords(part)}.`;
  const change = `from ${number(whole)} to ${number(without)}`;
  // shares of what is not above 0 say nothing
  if (whole <= 0)
    return `${where} Blurring that part takes ${name} ${change}. With all the rest blurred, that part alone gives ${number(only)}.`;
  const needs =
    without < lost * whole
      ? `Blurring that part takes ${name} ${change}: the network needs it.`
      : without > risen * whole
        ? `Blurring that part raises ${name} ${change}: it spoke against the answer, whatever this map says.`
        : without > stayed * whole
          ? `Blurring that part changes little (${name} goes ${change}): the network finds enough in the rest.`
          : `Blurring that part takes ${name} ${change}: the network uses it, and other parts too.`;
  const isEnough = only > stayed * whole;
  const alone = `With all the rest blurred, that part alone gives ${number(only)}${isEnough ? ": it is enough" : only < lost * whole ? ": it is not enough by itself" : ""}.`;
  return `${where} ${needs} ${alone}`;
}

/** What a method is called: `gradCam` is Grad-CAM. */
const names: Readonly<Record<string, string>> = {
  gradCam: "Grad-CAM",
  gradCamPlusPlus: "Grad-CAM++",
  hiResCam: "HiResCAM",
  layerCam: "LayerCAM",
  xGradCam: "XGrad-CAM",
  eigenCam: "Eigen-CAM",
  finerCam: "FinerCAM",
  guidedGradCam: "Guided Grad-CAM",
  gradientRollout: "Gradient-weighted attention rollout",
  attentionRollout: "Attention rollout",
  gradient: "Gradient",
  gradientInput: "Gradient x input",
  smoothGrad: "SmoothGrad",
  varGrad: "VarGrad",
  integratedGradients: "Integrated gradients",
  expectedGradients: "Expected gradients",
  occlusion: "Occlusion",
  rise: "RISE",
};

/** A method as a person calls it: `gradCam` is Grad-CAM. */
export const nameOfMethod = (type: string): string => names[type] ?? type;

/** The method and the layers that its map was made of. */
export function describeMethod({ method, layers }: Pick<Explanation, "method" | "layers">): string {
  const name = nameOfMethod(method.type);
  if (layers.length === 0 || name.includes("ollout")) return name;
  return `${name} of ${layers.length > 3 ? `${layers.length} layers` : layers.join(", ")}`;
}
