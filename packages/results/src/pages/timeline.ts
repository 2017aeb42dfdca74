import { encodePng } from "../codecs/png.js";
import { dataUri } from "../codecs/data-uri.js";
import { contactSheet } from "../image/sheet.js";
import type { Picture } from "../image/picture.js";
import { html, type Html } from "./html.js";

/** One picture of a timeline, at all its steps. */
export interface TimelinePane {
  readonly name: string;
  /** The picture at every step, all of one size. */
  readonly pictures: readonly Picture[];
  /** What changed since the start, for light and for dark pages. */
  readonly changes: { readonly light: readonly Picture[]; readonly dark: readonly Picture[] };
  /** A number for every step, as it is shown. */
  readonly values: readonly string[];
  /** What there is to see at the end, for those who cannot. */
  readonly alt: string;
}

export interface TimelineOptions {
  readonly panes: readonly TimelinePane[];
  /** The number of each step that is shown. */
  readonly steps: readonly number[];
  /** What the values are: `sure of "1"`. */
  readonly valueLabel: string;
  /** The colour bars of the changes and of the pictures: all panes have one scale of each. */
  readonly bars: { readonly changes: Html; readonly pictures: Html };
  /** The step that is shown first, and for good where there are no scripts: its index. @default the last one */
  readonly at?: number;
}

/**
 * Pictures side by side, moved through their steps by one slider; the script `timelineScript` drives it. Without scripts, and on
 * paper, they stand still at one step.
 *
 * @example
 * const [changes, ofPictures] = [html`<p>from -1 to 1</p>`, html`<p>from 0 to 1</p>`];
 * const options = { panes: [], steps: [0, 1, 2], valueLabel: "activation", bars: { changes, pictures: ofPictures } };
 * page({ title: "A run", description: "What it became", body: timeline(options), script: timelineScript });
 */
export function timeline({ panes, steps, valueLabel, bars, at = steps.length - 1 }: TimelineOptions): Html {
  return html`<div class="timeline" data-steps="${JSON.stringify(steps)}" style="--at:${at};--last:${steps.length - 1}">
    <div class="panes">${panes.map((pane) => paneOf(pane, valueLabel, at))}</div>
    <div class="change">${bars.changes}</div>
    <div class="plain">${bars.pictures}</div>
    <div class="transport" hidden>
      <button type="button" data-do="play">Play</button>
      <input type="range" min="0" max="${steps.length - 1}" value="${at}" aria-label="Step" />
      <output>step ${steps[at]}</output>
      <button type="button" data-do="view" aria-pressed="false">Show the pictures themselves</button>
    </div>
  </div>`;
}

function paneOf({ name, pictures, changes, values, alt }: TimelinePane, valueLabel: string, at: number): Html {
  return html`<figure class="pane">
    <div class="surround" role="img" aria-label="${alt}">
      ${film("change light", changes.light)}${film("change dark", changes.dark)}${film("plain", pictures)}
    </div>
    <figcaption>
      <strong data-values="${JSON.stringify(values)}">${values[at]}</strong>
      <span>${valueLabel}</span><span class="note">${name}</span>
    </figcaption>
  </figure>`;
}

/** All steps of a picture, one below the other: the page shows one of them. */
function film(kind: string, pictures: readonly Picture[]): Html {
  const strip = contactSheet(pictures, { columns: 1, gap: 0 });
  const { width, height } = pictures[0]!;
  const image = dataUri("image/png", encodePng(strip));
  return html`<span class="film ${kind}" style="aspect-ratio:${width}/${height};background-image:url(${image})"></span>`;
}

/** Moves every timeline of a page: plays it once where people have not asked for less motion. */
export const timelineScript = `for (const root of document.querySelectorAll(".timeline")) {
  const steps = JSON.parse(root.dataset.steps);
  const [slider, output] = [root.querySelector("input"), root.querySelector("output")];
  const [play, view] = root.querySelectorAll("button");
  const numbers = [...root.querySelectorAll("[data-values]")].map((place) => [place, JSON.parse(place.dataset.values)]);
  let timer = 0;
  const show = (at) => {
    slider.value = at;
    slider.setAttribute("aria-valuetext", "step " + steps[at]);
    root.style.setProperty("--at", at);
    output.textContent = "step " + steps[at];
    for (const [place, values] of numbers) place.textContent = values[at];
  };
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
  const start = () => {
    if (+slider.value === steps.length - 1) show(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      show(+slider.value + 1);
      if (+slider.value === steps.length - 1) stop();
    }, 120);
  };
  play.addEventListener("click", () => (timer ? stop() : start()));
  slider.addEventListener("input", () => { stop(); show(+slider.value); });
  view.addEventListener("click", () => {
    const plain = root.classList.toggle("shows-pictures");
    view.setAttribute("aria-pressed", plain);
  });
  root.querySelector(".transport").hidden = false;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) start();
}`;
