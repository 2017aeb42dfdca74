import { changeScale, changeView, diverging, rawView, validView, type Planes, type View } from "@xstar/results";

/** What of a picture is shown. */
export const viewNames = ["change", "raw", "valid", "swipe", "blink"] as const;
export type ViewName = (typeof viewNames)[number];

export const viewWords: Readonly<Record<ViewName, { readonly name: string; readonly is: string }>> = {
  change: { name: "Change", is: "what is brighter (red, orange) and darker (blue) than the start" },
  raw: { name: "Raw", is: "the numbers from the lowest (black) to the highest (white)" },
  valid: { name: "Valid", is: "what a camera could send: from 0 to 1, all else cut off" },
  swipe: { name: "Swipe", is: "the start on the left of the line, the picture on the right" },
  blink: { name: "Blink", is: "the start and the picture in turns, while the button is held" },
};

export interface Scale {
  readonly low: number;
  readonly high: number;
}

export interface DrawOptions {
  readonly view: ViewName;
  readonly isDark: boolean;
  /** A scale that pictures share. */
  readonly scale?: Scale | undefined;
}

/** A picture as a view shows it; the packages of the command line draw it. */
export function drawView(now: Planes, start: Planes, { view, isDark, scale }: DrawOptions): View {
  if (view === "valid") return validView(now);
  if (view !== "change") return rawView(now, scale && { scale });
  const map = isDark ? diverging.dark : diverging.light;
  return changeView(now, start, scale ? { map, scale } : { map });
}

/** The scale on which all of some pictures are shown. */
export function sharedScale(pairs: readonly { now: Planes; start: Planes }[], view: ViewName): Scale | undefined {
  if (view === "valid" || pairs.length === 0) return undefined;
  const views = pairs.map(({ now, start }) => drawView(now, start, { view, isDark: false }));
  if (view !== "change")
    return { low: Math.min(...views.map((v) => v.low)), high: Math.max(...views.map((v) => v.high)) };
  const high = Math.max(...views.map((v) => v.high));
  return high > 0 ? { low: -high, high } : changeScale([]);
}
