import {
  changeScale,
  changeView,
  contactSheet,
  diverging,
  drawNumber,
  encodePng,
  enlarge,
  gray,
  rawView,
  rowsSheet,
  surround,
  viridis,
  type Picture,
  type Planes,
  type View,
} from "@xstar/results";
import { side } from "../train/network.js";
import { changeOf, type Ascent } from "./ascent.js";
import type { MadeSet } from "./claims.js";
import type { ArticleRun } from "./experiment.js";

const planes = (data: ArrayLike<number>): Planes => ({ shape: [side, side], data });

/** The views of an ascent, and the change once more for dark pages. */
export interface AscentViews {
  readonly start: View;
  readonly result: View;
  /** The result on the scale of its start: what lies outside is black or white. */
  readonly onStartScale: View;
  readonly change: View;
  readonly changeOnDark: View;
}

/** Views of ascents that belong together: their changes share one scale, so that colours can be compared. */
export function viewAscents(ascents: readonly Ascent[]): AscentViews[] {
  const scale = changeScale(ascents.map((ascent) => planes(changeOf(ascent))));
  return ascents.map(({ picture, startPicture }) => ({
    start: rawView(planes(startPicture), { scale: { low: 0, high: 1 } }),
    result: rawView(planes(picture)),
    onStartScale: rawView(planes(picture), { scale: { low: 0, high: 1 } }),
    change: changeView(planes(picture), planes(startPicture), { scale, map: diverging.light }),
    changeOnDark: changeView(planes(picture), planes(startPicture), { scale, map: diverging.dark }),
  }));
}

/** A row for each ascent: start, result, change. */
function ascentSheet(ascents: readonly Ascent[], factor: number): Picture {
  const pictures = viewAscents(ascents).flatMap(({ start, result, change }) => [start, result, change]);
  return contactSheet(
    pictures.map(({ picture }) => enlarge(picture, factor)),
    { columns: 3, gap: 8 },
  );
}

/** All results that one network was maximized to, or their changes: a row for each digit, a column for each start. */
export function madeSheet({ ascents }: MadeSet, what: "result" | "change"): Picture {
  const views = viewAscents(ascents);
  const classes = [...new Set(ascents.map((ascent) => ascent.class))];
  const rows = classes.map((digit) => [
    drawNumber(digit, { scale: 3, paper: surround }),
    ...views.flatMap((view, i) => (ascents[i]!.class === digit ? [enlarge(view[what].picture, 2)] : [])),
  ]);
  return rowsSheet(rows, { gap: 6 });
}

/** Per-pixel standard deviations of the classes, on one scale from 0. */
export function variabilityViews({ variability }: ArticleRun): View[] {
  const high = Math.max(...variability.classes.map(({ deviation }) => deviation.reduce((a, b) => Math.max(a, b))));
  return variability.classes.map(({ deviation }) =>
    rawView(planes(deviation), { map: viridis, scale: { low: 0, high } }),
  );
}

/** White where a pixel is the same in all training pictures of a class. */
export function constantViews({ variability }: ArticleRun): View[] {
  return variability.classes.map(({ constant }) =>
    rawView(planes(constant), { map: gray, scale: { low: 0, high: 1 } }),
  );
}

/** Every picture of the run as a PNG, by file name. */
export function pictureFiles(run: ArticleRun): Map<string, Uint8Array> {
  const factor = 10;
  const files = new Map<string, Uint8Array>();
  const add = (name: string, picture: Picture) => files.set(`${name}.png`, encodePng(enlarge(picture, factor)));
  for (const [rule, tables] of Object.entries(run.ascents)) {
    for (const ascents of tables as readonly Ascent[][]) {
      const views = viewAscents(ascents);
      ascents.forEach((ascent, i) => {
        const name = `${rule === "tenSteps" ? "10-steps" : "converged"}-class-${ascent.class}-${ascent.start}`;
        add(`${name}-start`, views[i]!.start.picture);
        add(`${name}-result`, views[i]!.result.picture);
        add(`${name}-change`, views[i]!.change.picture);
      });
    }
  }
  for (const set of run.made) {
    for (const what of ["result", "change"] as const)
      files.set(`facts-network-${set.network}-${what}s.png`, encodePng(madeSheet(set, what)));
  }
  files.set("table1.png", encodePng(ascentSheet(run.ascents.tenSteps[0]!, 6)));
  files.set("class2.png", encodePng(ascentSheet(run.ascents.tenSteps[1]!, 6)));
  files.set(
    "variability.png",
    encodePng(
      contactSheet(
        variabilityViews(run).map(({ picture }) => enlarge(picture, 4)),
        { columns: 5, gap: 8 },
      ),
    ),
  );
  return files;
}
