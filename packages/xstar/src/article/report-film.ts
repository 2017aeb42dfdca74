import {
  changeScale,
  changeView,
  diverging,
  embedJson,
  html,
  paste,
  rawView,
  filledPicture,
  formatConfidence,
  type Html,
  type Picture,
  type Planes,
} from "@xstar/results";
import { side } from "../train/network.js";
import type { Ascent } from "./ascent.js";
import { uri } from "./report-tables.js";

const planes = (data: ArrayLike<number>): Planes => ({ shape: [side, side], data });

/** Every step of a climb beside the others, from left to right: a page shows one of them at a time. */
function strip(frames: readonly Picture[]): Picture {
  const all = filledPicture(side * frames.length, side, [0, 0, 0]);
  frames.forEach((frame, i) => paste(frame, all, i * side, 0));
  return all;
}

/** The steps of some climbs, to go through with one slider: what the picture became, on the scale of its start, and the change. */
export function film(ascents: readonly Ascent[]): Html {
  const steps = ascents[0]!.steps;
  const changes = ascents.map(({ frames, startPicture }) =>
    frames.map((frame) => planes(frame.map((value, i) => value - startPicture[i]!))),
  );
  const scale = changeScale(changes.map((all) => all.at(-1)!));
  const nothing = planes(new Float32Array(side * side));
  const confidence = ascents.map(({ curves }) => curves.confidence.map((p) => formatConfidence(1 - p)));
  return html`<div class="film" data-steps="${steps}">
    <div class="film-rows">
      ${ascents.map(({ start, frames, class: digit }, i) => {
        const drawn = strip(frames.map((frame) => rawView(planes(frame), { scale: { low: 0, high: 1 } }).picture));
        const changed = (map: typeof diverging.light) =>
          strip(changes[i]!.map((one) => changeView(one, nothing, { scale, map }).picture));
        const frame = (picture: Picture, what: string, theme: string) =>
          html`<div
            class="frame ${theme}"
            role="img"
            aria-label="${what} from ${start}, class ${digit}"
            style="background-image:url(${uri(picture)});background-size:${100 * frames.length}% 100%"
          ></div>`;
        return html`<figure>
          ${frame(drawn, "The picture", "")} ${frame(changed(diverging.light), "The change", "light")}
          ${frame(changed(diverging.dark), "The change", "dark")}
          <figcaption>from ${start}: <output>${confidence[i]!.at(-1)}</output></figcaption>
        </figure>`;
      })}
    </div>
    <label hidden>Step <output>${steps}</output> of ${steps} <input type="range" min="0" max="${steps}" value="${steps}" /></label>
    ${embedJson("confidence", confidence)}
  </div>`;
}

/** Rules of the film, which a page has besides those of all reports. */
export const filmStyle = html`<style>
  .film-rows{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.75rem;max-width:44rem}
  .film figure{margin:0}
  .film .frame{aspect-ratio:1;image-rendering:pixelated;background-position:100% 0;outline:1px solid var(--edge);margin-bottom:.35rem}
  .film .dark{display:none}
  .film label{display:flex;align-items:center;gap:.5rem;max-width:44rem;margin-top:.75rem;font-variant-numeric:tabular-nums}
  .film label[hidden]{display:none}
  .film input{flex:1}
  .film figcaption{font-weight:400;font-size:.9rem;padding:0}
  .film figcaption output{font-weight:700;font-variant-numeric:tabular-nums}
  @media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]) .film .light{display:none}:root:not([data-theme=light]) .film .dark{display:block}}
  @media screen{:root[data-theme=dark] .film .light{display:none}:root[data-theme=dark] .film .dark{display:block}}
  @media(max-width:30rem){.film-rows{grid-template-columns:repeat(2,minmax(0,1fr))}}
</style>`;

/** Moves through the steps: the page shows the last ones without it. */
export const filmScript = `(() => {
for (const film of document.querySelectorAll(".film")) {
  const steps = Number(film.dataset.steps);
  const label = film.querySelector("label");
  const slider = label.querySelector("input");
  const confidence = JSON.parse(film.querySelector("script").textContent);
  const captions = film.querySelectorAll("figcaption output");
  const show = (step) => {
    for (const frame of film.querySelectorAll(".frame")) frame.style.backgroundPosition = 100 * step / steps + "% 0";
    captions.forEach((one, i) => (one.textContent = confidence[i][step]));
    label.querySelector("output").textContent = step;
    slider.value = step;
  };
  label.hidden = false;
  slider.oninput = () => (clearInterval(timer), show(Number(slider.value)));
  let step = 0;
  let timer;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    show(0);
    timer = setInterval(() => (step++, show(step), step === steps && clearInterval(timer)), 400);
  }
}
})();`;
