import type { ExplainedPicture, Explanation, Tensor } from "@xstar/core";
import { unitsSection, type ShownUnit } from "./units-section.js";
import type { LayerUnits } from "../measure/unit-conductance.js";
import type { ImageCodec } from "../codecs/image-codec.js";
import { drawHeat, heatScale } from "../image/heat.js";
import { diverging, inferno } from "../image/colormap.js";
import type { Picture } from "../image/picture.js";
import type { MapTruth } from "../measure/map-truth.js";
import { mostAlike, type Randomization } from "../measure/randomization.js";
import { dataTable } from "./data-table.js";
import { describeMethod, nameOfMethod } from "./explain-words.js";
import { colorBar, pictureFigure, pictureRow } from "./figure.js";
import { formatNumber, formatPercent } from "./format.js";
import { html, page, type Html } from "./html.js";
import { lineChart } from "./line-chart.js";
import { webpUri } from "./report-views.js";

/** A map with what is known of it. */
export interface ReportedMap {
  readonly explanation: Explanation;
  /** What the method is, in a sentence, and what a reader has to know. */
  readonly doc: string;
  readonly caveat: string | undefined;
  readonly truth: MapTruth | undefined;
  readonly randomization: Randomization | undefined;
}

/** What a report of one picture tells. */
export interface ExplanationReport {
  readonly title: string;
  /** What the answer rests on. */
  readonly words: string;
  readonly card: Picture;
  /** The picture as the maps lie on it. */
  readonly photo: Tensor;
  readonly explained: ExplainedPicture;
  /** The first is the one that the card shows. */
  readonly maps: readonly ReportedMap[];
  /** Methods that do not fit the model, with why. */
  readonly leftOut: readonly { readonly method: string; readonly reason: string }[];
  /** How the methods that were not asked for are added. */
  readonly more?: string | undefined;
  /** Units of a layer that speak for the answer. */
  readonly units?: (LayerUnits & { readonly shown: readonly ShownUnit[] }) | undefined;
  readonly codec: ImageCodec;
}

/** A page that needs nothing else: the answer, every method side by side, and how far each can be believed. */
export async function explanationReport(report: ExplanationReport): Promise<string> {
  const { title, words, card, maps, leftOut, more, units, codec } = report;
  const light = await webpUri(card, codec);
  const { width, height } = card;
  const tested = maps.filter(({ truth }) => truth);
  return page({
    title,
    description: words,
    body: html`${pictureFigure({ light, alt: `${title}. ${words}`, caption: "", width, height, scale: 1, isSmooth: true, isFirst: true })}
      <h2>Every method</h2>
      <p class="note">
        All of them are about the same answer. Where they agree, the network most likely looks
        there${tested.length > 0 && "; where they do not, believe those that pass the tests below"}.
      </p>
      ${pictureRow(await Promise.all(maps.map((one) => mapFigure(one, report))))}
      ${leftOut.length > 0 && html`<p class="note">Left out: ${leftOut.map(({ method, reason }) => `${nameOfMethod(method)} (${reason})`).join("; ")}.</p>`}
      ${more !== undefined && html`<p class="note">${more}</p>`}
      ${units && (await unitsSection(units, codec))}
      ${tested.length > 0 && truthSection(tested)}
      ${maps.some(({ randomization }) => randomization) && randomizationSection(maps)}`,
  });
}

async function mapFigure(
  { explanation, doc, caveat, randomization }: ReportedMap,
  { photo, codec }: ExplanationReport,
): Promise<Html> {
  const { map, isSigned, numbers } = explanation;
  const scale = heatScale(map, isSigned);
  const picture = drawHeat(photo, map, { isSigned, scale });
  const { width, height } = picture;
  const name = describeMethod(explanation);
  const gap = numbers["completenessGap"];
  const lines = [
    gap !== undefined && `Its sum misses the answer's rise by ${formatPercent(gap)}.`,
    caveat !== undefined && `${caveat}.`,
    randomization &&
      !randomization.passes &&
      "On this model it fails the randomization check: it hardly changes when the network forgets all that it learned. Do not rely on it.",
  ].filter((line) => typeof line === "string");
  const ramp = isSigned ? diverging.light : inferno;
  return pictureFigure({
    light: await webpUri(picture, codec),
    alt: `${name} as heat over the picture`,
    caption: html`<strong>${name}</strong><br /><span class="note">${doc}. ${lines.join(" ")}</span>`,
    width,
    height,
    scale: 288 / Math.max(width, height),
    isSmooth: true,
    bar: colorBar({ ...scale, ...(isSigned && { zero: 0 }), map: { light: ramp, dark: ramp } }),
  });
}

/** Curves of a chart that can still be told apart. */
const mostCurves = 6;

function truthSection(maps: readonly ReportedMap[]): Html {
  const chart = (
    what: string,
    read: (truth: MapTruth) => MapTruth["deletion"],
    badness: (truth: MapTruth) => number,
  ) => {
    const [own, ...others] = maps;
    const best = others.toSorted((a, b) => badness(a.truth!) - badness(b.truth!)).slice(0, mostCurves - 1);
    return lineChart({
      title: others.length > best.length ? `${what}: the map above, and the ${best.length} best of the others` : what,
      xLabel: "% of the picture",
      yLabel: "answer",
      series: [own!, ...best].map(({ explanation, truth }) => ({
        name: nameOfMethod(explanation.method.type),
        points: read(truth!).map(([share, worth]) => [100 * share, worth] as const),
      })),
      hasMarks: false,
    });
  };
  const boxed = maps.some(({ truth }) => truth!.pointing !== null);
  return html`<h2>Is the map true?</h2>
    <p>
      The network is asked again about changed pictures. A true map makes the answer fall soon when its warmest pixels are blurred
      (deletion), and rise soon when they alone are shown (insertion). ROAD compares taking away the warmest with taking away the coldest
      pixels, filled in so that no edge is left; above 0 the map is better than its opposite. Sensitivity tells how well the heat of random
      parts predicts what the answer loses without them, from −1 to 1.
    </p>
    ${dataTable({
      caption: "Tests on this picture",
      columns: [
        "Method",
        "Deletion (low is good)",
        "Insertion (high is good)",
        "ROAD (high)",
        "Sensitivity (high)",
        ...(boxed ? ["Warmest pixel in the box"] : []),
      ],
      rows: maps.map(({ explanation, truth }) => [
        nameOfMethod(explanation.method.type),
        formatNumber(truth!.deletionArea, 3),
        formatNumber(truth!.insertionArea, 3),
        formatNumber(truth!.road, 3),
        truth!.sensitivity === null ? "–" : formatNumber(truth!.sensitivity, 3),
        ...(boxed ? [truth!.pointing ? "yes" : "no"] : []),
      ]),
    })}
    ${chart(
      "Deletion, the warmest pixels blurred",
      ({ deletion }) => deletion,
      ({ deletionArea }) => deletionArea,
    )}
    ${chart(
      "Insertion, the warmest pixels shown",
      ({ insertion }) => insertion,
      ({ insertionArea }) => -insertionArea,
    )}`;
}

function randomizationSection(maps: readonly ReportedMap[]): Html {
  const checked = maps.filter(({ randomization }) => randomization);
  const shares = checked[0]!.randomization!.byShare.map(([share]) => share);
  const names = shares.map((share) =>
    share === 0 ? "Last layer forgets" : share === 1 ? "All forget" : `${formatPercent(share)} forget`,
  );
  return html`<h2>Does the map need what the network learned?</h2>
    <p>
      Weights are shuffled layer by layer from the last one, and the maps made again (Adebayo et al., 2018). Numbers are rank correlations with
      the untouched map: a map that is still alike when all layers have forgotten (above ${mostAlike}) shows the picture, not the network.
    </p>
    ${dataTable({
      caption: "Likeness to the untouched map",
      columns: ["Method", ...names, "Verdict"],
      rows: checked.map(({ explanation, randomization }) => [
        nameOfMethod(explanation.method.type),
        ...randomization!.byShare.map(([, x]) => (x === null ? "–" : formatNumber(Number(x.toFixed(2))))),
        randomization!.passes ? "passes" : "fails",
      ]),
    })}`;
}
