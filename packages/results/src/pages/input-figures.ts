import { nounOf, type InputKind, type Tensor } from "@xstar/core";
import { dataUri } from "../codecs/data-uri.js";
import { encodePng } from "../codecs/png.js";
import { encodeWav } from "../codecs/wav.js";
import { diverging, viridis } from "../image/colormap.js";
import { mostLanes } from "../image/draw-numbers.js";
import { drawingOf, framesShown } from "../image/drawing.js";
import { envelopeOf, framesOf, gridOf, linesOf } from "../image/lines.js";
import type { Picture } from "../image/picture.js";
import { drawSpectrogram, quietest, spectrogramOf } from "../measure/spectrogram.js";
import { dataTable } from "./data-table.js";
import { colorBar, pictureFigure, pictureRow } from "./figure.js";
import { formatNumber } from "./format.js";
import { html, type Html } from "./html.js";
import { lineChart, type Point } from "./line-chart.js";
import { matrixChart } from "./matrix-chart.js";
import { valueBars } from "./value-bars.js";

/** What is climbed where it is no picture, as a page shows it. */
export interface ShownInput {
  readonly holds: InputKind;
  readonly picture: Tensor;
  readonly start: Tensor;
  /** The address of an animation in which a video plays. */
  readonly animation?: string | undefined;
}

/** The figures of an input that is no picture: what it is, and what changed since the start. */
export function inputFigures(shown: ShownInput, name: string): Html {
  switch (shown.holds.kind) {
    case "audio":
    case "series":
      return signalFigures(shown, name);
    case "video":
      return videoFigures(shown, name);
    case "embedding":
      return gridFigures(shown, name);
    default:
      return listFigures(shown, name);
  }
}

/** Parts of a curve: more cannot be told apart on a page. */
const columns = 320;

/** Samples that are shown one by one where the whole signal is too long for that. */
const closeUp = 240;

/** Bytes of sound that a page holds. */
const mostSound = 2 ** 21;

function signalFigures({ holds, picture, start }: ShownInput, name: string): Html {
  const { rate, kind } = holds;
  const lines = linesOf(picture, holds);
  const before = linesOf(start, holds);
  const label = rate === undefined ? "sample" : "seconds";
  const chart = (title: string, line: ArrayLike<number>, yLabel: string) =>
    lineChart({
      title,
      xLabel: label,
      yLabel,
      hasMarks: false,
      series: [{ name: title, points: pointsOf(line, rate ?? 1) }],
    });
  const what = kind === "audio" ? "The sound" : "The signal";
  const charts = lines.slice(0, mostLanes).map((line, c) => {
    const of = lines.length > 1 ? `, channel ${c}` : "";
    return html`${chart(`${what}${of}`, line, "value")}
    ${chart(
      `Change since the start${of}`,
      line.map((x, i) => x - before[c]![i]!),
      "change",
    )}`;
  });
  const first = lines[0]!;
  const from = Math.max(0, Math.floor((first.length - closeUp) / 2));
  const isLong = first.length > 2 * columns;
  const more = lines.length - mostLanes;
  return html`${charts}
  ${
    isLong &&
    lineChart({
      title: `${closeUp} samples from its middle${lines.length > 1 ? ", channel 0" : ""}`,
      xLabel: label,
      yLabel: "value",
      hasMarks: false,
      series: [{ name: what, points: pointsOf(first.subarray(from, from + closeUp), rate ?? 1, from) }],
    })
  }
  ${more > 0 && html`<p class="note">${more} more channels are in the .npy file.</p>`}
  ${rate !== undefined && 4 * lines.length * lines[0]!.length <= mostSound && sound(lines, rate, name)}
  ${rate !== undefined && spectrogram(lines[0]!, rate, name, lines.length > 1)}`;
}

function sound(lines: readonly Float32Array[], rate: number, name: string): Html {
  const most = lines.reduce((all, line) => line.reduce((peak, x) => Math.max(peak, Math.abs(x)), all), 0);
  // a player cuts off what goes beyond 1
  const channels = most > 1 ? lines.map((line) => line.map((x) => x / most)) : lines;
  return html`<p>
    <audio controls aria-label="The sound that excites ${name}" src="${dataUri("audio/wav", encodeWav({ rate, channels }))}"></audio>
    ${most > 1 && html`<br /><span class="note">Made quieter here, from a peak of ${formatNumber(most, 3)} to 1.</span>`}
  </p>`;
}

function spectrogram(line: ArrayLike<number>, rate: number, name: string, isFirst: boolean): Html | false {
  const found = spectrogramOf(line, rate);
  if (!found) return false;
  const drawn = drawSpectrogram(found);
  const { duration, highest } = found;
  const axes = `0 to ${formatNumber(duration, 3)} s to the right, 0 to ${formatNumber(highest)} Hz upwards`;
  return pictureRow([
    pictureFigure({
      ...addressOf(drawn),
      scale: 1,
      alt: `Spectrogram of what excites ${name}: ${axes}`,
      caption: `Spectrogram${isFirst ? " of channel 0" : ""}: ${axes}; decibels below the strongest`,
      bar: colorBar({ low: quietest, high: 0, map: { light: viridis, dark: viridis } }),
    }),
  ]);
}

function pointsOf(line: ArrayLike<number>, rate: number, first = 0): Point[] {
  if (line.length <= 2 * columns) return Array.from(line, (y, i) => [(first + i) / rate, y]);
  const { low, high } = envelopeOf(line, columns);
  const step = line.length / columns;
  return Array.from(low, (least, i): Point[] => [
    [Math.floor(i * step) / rate, least],
    [Math.floor((i + 0.5) * step) / rate, high[i]!],
  ]).flat();
}

function videoFigures({ holds, picture, start, animation }: ShownInput, name: string): Html {
  const drawing = drawingOf([], holds);
  const count = framesOf(picture, holds).length;
  const shown = count > framesShown ? `${framesShown} of ${count} frames` : `${count} frames`;
  return html`${
    animation !== undefined &&
    html`<p><img class="plays" src="${animation}" alt="The video that excites ${name}, playing" /></p>`
  }
  ${pictureRow([
    pictureFigure({
      ...addressOf(drawing.raw(picture)),
      scale: 1,
      alt: `The video that excites ${name}: ${shown}`,
      caption: `${shown}, from the first to the last`,
    }),
    pictureFigure({
      ...addressOf(drawing.change(picture, start)),
      scale: 1,
      alt: "What changed since the start, frame by frame",
      caption: "Change since the start, each frame on its own scale",
    }),
  ])}`;
}

/** Rows and columns whose numbers are written out. */
const mostRows = 32;
const mostColumns = 16;

function gridFigures({ holds, picture, start }: ShownInput, name: string): Html {
  const { shape, data } = gridOf(picture, holds);
  const before = gridOf(start, holds).data;
  const [rows, width] = shape as [number, number];
  const row = (numbers: Float32Array, i: number) => Array.from(numbers.subarray(i * width, (i + 1) * width));
  const change = data.map((x, i) => x - before[i]!);
  if (rows <= mostRows && width <= mostColumns) {
    const table = (title: string, numbers: Float32Array) =>
      matrixChart({
        title,
        rowLabel: "place",
        columnLabel: "feature",
        rows: Array.from({ length: rows }, (_, i) => String(i)),
        columns: Array.from({ length: width }, (_, i) => String(i)),
        values: Array.from({ length: rows }, (_, i) => row(numbers, i)),
        kind: "diverging",
        digits: 2,
      });
    return html`${table("The vectors, place by place", data)} ${table("Change since the start", change)}`;
  }
  const drawing = drawingOf([], holds);
  const size = `${rows} places downwards, ${width} features to the right`;
  const figure = (drawn: Picture, caption: string, numbers: Float32Array) => {
    const limit = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
    return pictureFigure({
      ...addressOf(drawn),
      scale: 1,
      alt: `${caption} of what excites ${name}: ${size}`,
      caption: `${caption}: ${size}`,
      bar: colorBar({ low: -limit, high: limit, zero: 0, map: { light: diverging.light, dark: diverging.light } }),
    });
  };
  const lengths = Array.from({ length: rows }, (_, i) => [Math.hypot(...row(data, i)), Math.hypot(...row(change, i))]);
  return html`${pictureRow([
    figure(drawing.raw(picture), "The vectors", data),
    figure(drawing.change(picture, start), "Change since the start", change),
  ])}
  ${dataTable({
    caption: "Lengths of the vectors",
    columns: ["Place", "Length", "Length of the change"],
    rows: lengths.map(([own, moved], i) => [String(i), formatNumber(own!), formatNumber(moved!)]),
  })}`;
}

/** Numbers that get a bar and a line of their own. */
const mostBars = 128;

function listFigures({ holds, picture, start }: ShownInput, name: string): Html {
  const [now, before] = [picture, start].map(({ data }) => Array.from(data as Float32Array)) as [number[], number[]];
  if (now.length <= mostBars) return valueBars({ title: "The numbers", values: now, before });
  const drawing = drawingOf([], holds);
  const size = `${now.length} numbers from the first to the last`;
  const figure = (drawn: Picture, caption: string, numbers: readonly number[]) => {
    const [low, high] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
    const range = `values from ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
    return pictureFigure({
      ...addressOf(drawn),
      scale: 1,
      alt: `${caption} of what excites ${name}: ${size}, ${range}`,
      caption: `${caption}: ${size}, ${range}`,
    });
  };
  return pictureRow([
    figure(drawing.raw(picture), "The numbers", now),
    figure(
      drawing.change(picture, start),
      "Change since the start",
      now.map((x, i) => x - before[i]!),
    ),
  ]);
}

function addressOf(picture: Picture) {
  return { light: dataUri("image/png", encodePng(picture)), width: picture.width, height: picture.height };
}

/** What is climbed, in one word: "picture", "sound". */
export const wordFor = (holds: InputKind | undefined): string =>
  holds === undefined ? "picture" : nounOf(holds.kind).replace(/^an? (list of )?/, "");
