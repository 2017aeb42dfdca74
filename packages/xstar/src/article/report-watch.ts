import {
  changeScale,
  changeView,
  colorBar,
  diverging,
  formatConfidence,
  formatNumber,
  gray,
  html,
  rawView,
  timeline,
  type Html,
  type Planes,
  type View,
} from "@xstar/results";
import { side } from "../train/network.js";
import type { Ascent, Curves } from "./ascent.js";
import { pictureOf } from "./figures.js";
import type { PictureResult, TableResult } from "./results.js";

const planes = (data: ArrayLike<number>): Planes => ({ shape: [side, side], data });

/** The four pictures of a class on their way, and what to look at: what a page begins with. */
export function watch(ascents: readonly Ascent[], result: TableResult): Html {
  const digit = result.class;
  const scale = changeScale(
    ascents.map(({ picture, startPicture }) => planes(picture.map((x, i) => x - startPicture[i]!))),
  );
  const changes = ascents.map(({ frames, startPicture }) => ({
    light: frames.map((frame) => changeView(planes(frame), planes(startPicture), { scale, map: diverging.light })),
    dark: frames.map((frame) => changeView(planes(frame), planes(startPicture), { scale, map: diverging.dark })),
  }));
  const drawn = (views: readonly View[]) => views.map(({ picture }) => picture);
  const { low, high } = changes[0]!.light[0]!;
  const { step } = ascents[0]!.curves;
  return html`<h2>Watch it happen</h2>
    ${timeline({
      steps: step,
      valueLabel: `sure of “${digit}”`,
      bars: {
        changes: html`${colorBar({ low, high, zero: 0, map: diverging })}<p class="note">What changed: red or orange became brighter, blue darker.</p>`,
        pictures: html`${colorBar({ low: 0, high: 1, map: { light: gray, dark: gray } })}<p class="note">The pictures themselves, from black to white.</p>`,
      },
      panes: ascents.map(({ start, curves, frames }, i) => ({
        name: `from ${startInWords[start] ?? start}`,
        pictures: drawn(frames.map((frame) => rawView(planes(frame), { scale: { low: 0, high: 1 } }))),
        changes: { light: drawn(changes[i]!.light), dark: drawn(changes[i]!.dark) },
        values: valuesOf(curves, result.pictures[i]!),
        alt: `Change from ${start} after ${step.at(-1)} steps: ${result.pictures[i]!.change.words}`,
      })),
    })}
    ${whatToLookAt(result)}`;
}

const startInWords: Readonly<Record<string, string>> = {
  ones: "all white",
  "0.5": "all grey",
  zeros: "all black",
  random: "random dots",
};

/** The confidence at every step; the last one as the saved file gives it. */
const valuesOf = (curves: Curves, { fedBack }: PictureResult) =>
  curves.step.map((_, at) => formatConfidence(doubtAt(curves, at))).with(-1, fedBack.text);

/** 1 minus the confidence, by the loss: -log of the confidence keeps the digits near 1. */
const doubtAt = ({ loss }: Curves, at: number) => -Math.expm1(-Math.max(0, loss[at]!));

function whatToLookAt(result: TableResult): Html {
  const { class: digit, pictures, changeCorrelation } = result;
  const others = changeCorrelation.flatMap((row, i) => row.filter((_, j) => j > i)).filter((one) => one !== null);
  const [least, most] = [Math.min(...others), Math.max(...others)].map((value) => formatNumber(value, 2));
  const random = pictureOf(result, "random");
  return html`<h2>What to look at</h2>
    <ul>
      <li>
        <strong>Look for a ${digit}.</strong> The network is ${random.fedBack.text} sure that the picture from random dots is one. Are
        you?
      </li>
      <li>
        <strong>Compare the four.</strong> The goal was the same, and the network too. Only the start differs, and with it what is
        found: pairs of changes agree between ${least} and ${most}, where 1 would be the same change and 0 no likeness at all.
      </li>
      <li>
        <strong>Count the nines.</strong> After ${pictures[0]!.steps} steps the network is
        ${pictures.map(({ fedBack }) => fedBack.text).join(", ")} sure. Every further 9 takes away nine tenths of the doubt that is left.
      </li>
    </ul>`;
}
