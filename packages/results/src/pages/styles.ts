import { themed } from "./theme.js";

const colors = {
  "--page": { light: "#ffffff", dark: "#101014" },
  "--card": { light: "#f3f4f6", dark: "#1b1c22" },
  "--text": { light: "#1b1f24", dark: "#e6e7ea" },
  "--quiet": { light: "#56606b", dark: "#a3a8b3" },
  "--line": { light: "#d4d8dd", dark: "#363843" },
  "--link": { light: "#1858a8", dark: "#8ab8ff" },
  "--surround": { light: "#c6c6c6", dark: "#3b3b3b" },
  "--edge": { light: "#6a6a6a", dark: "#9a9a9a" },
};

/** For lines, bars and marks: told apart by colour-blind people, with a contrast of 3:1 on the page in both themes. */
const series = [
  { light: "#0072b2", dark: "#56b4e9" },
  { light: "#d55e00", dark: "#f0a030" },
  { light: "#00805c", dark: "#35c79b" },
  { light: "#a0508a", dark: "#e08fc0" },
  { light: "#7a6a00", dark: "#e6dc50" },
  { light: "#555b64", dark: "#b9bec8" },
];

export const seriesCount = series.length;

const seriesRules = series.map((color, i) => `.series-${i}{${themed("color", color)}}`).join("\n");
const colorRules = Object.entries(colors)
  .map(([name, { light }]) => `${name}:${light};`)
  .join("");
const themedColorRules = Object.entries(colors)
  .map(([name, { light, dark }]) => `${name}:light-dark(${light},${dark});`)
  .join("");

/**
 * The colours of reports as rules of CSS, for other pages of the same kind: custom properties that follow the theme.
 *
 * @example
 * const style = `<style>${pageColors}</style>`;
 */
export const pageColors = `:root{color-scheme:light dark;${colorRules}}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
@supports(color:light-dark(#000,#fff)){:root{${themedColorRules}}}
${seriesRules}`;

/** Shows the dark one of two pictures exactly where the colours of its colour bar are dark, too: never on paper. */
const darkPictures = [
  "@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light])",
  "@media screen{:root[data-theme=dark]",
]
  .map(
    (where) =>
      `@supports(color:light-dark(#000,#fff)){${where}{.surround .light{display:none}.surround .dark{display:block}.shows-pictures .surround .dark{display:none}}}}`,
  )
  .join("\n");

/** The one style sheet of reports: light and dark, 320 px to print. */
export const styles = `
${pageColors}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:64rem;background:var(--page);color:var(--text);
font:1rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
h1,h2,h3{line-height:1.25;text-wrap:balance}
h1{margin:0;font-size:1.9rem}
h2{margin:2.75rem 0 .75rem;font-size:1.4rem}
h3{margin:2rem 0 .5rem;font-size:1.1rem}
p,ul,ol,dl{max-width:42rem}
.lead{margin:.5rem 0 1rem;font-size:1.1rem;color:var(--quiet)}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--page)}
.skip:focus{top:.5rem}
button{font:inherit;font-size:.9rem;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:.4rem;
padding:.3rem .8rem;cursor:pointer}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{padding:.75rem 1rem;background:var(--card);border-radius:.4rem;overflow-x:auto}
figure{margin:1.5rem 0;break-inside:avoid}
figcaption{font-weight:600;padding:0 0 .5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.95rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .65rem;text-align:right}
th{font-weight:600}
th[scope=row],.data thead th:first-child,caption{text-align:left}
caption{font-weight:600;padding:.25rem .65rem}
.facts :is(th,td):last-child{text-align:left;overflow-wrap:anywhere}
tbody tr{border-top:1px solid var(--line)}
summary{cursor:pointer;color:var(--quiet);font-size:.9rem;padding:.25rem 0;width:fit-content}
.note{color:var(--quiet);font-size:.9rem}

.chart svg{display:block;width:100%;max-width:40rem;height:auto;overflow:visible}
.chart text{font-size:12px;fill:var(--quiet)}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .curve{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.chart .mark{fill:var(--page);stroke:currentColor;stroke-width:2}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;margin:0 0 .5rem;padding:0;list-style:none;font-size:.9rem}
.chart .legend svg{display:inline-block;width:44px;height:14px;margin-right:.4rem;vertical-align:-2px}

.matrix th[scope=row]{position:sticky;left:0;background:var(--page)}
.matrix th[scope=col]{text-align:center;vertical-align:bottom}
.matrix thead td{text-align:left;color:var(--quiet);font-size:.85rem}
.matrix tbody td{min-width:2.6rem;padding:.4rem .35rem;text-align:center;border:1px solid var(--page);
print-color-adjust:exact}
.matrix td a{display:block;color:inherit}
.bars{width:100%;max-width:40rem}
.bars thead th:first-child{text-align:left}
.bars :is(th[scope=row],td:last-child){width:1%;white-space:nowrap}
.bars .track{padding:.25rem 0;min-width:6rem}
.bar{display:block;height:1rem;min-width:1px;background:currentColor;border-radius:0 .2rem .2rem 0;print-color-adjust:exact}
.plays{max-width:100%;outline:1px solid var(--edge)}
audio{width:100%;max-width:40rem}
.best :is(th,td:last-child){font-weight:700}

.pictures{display:flex;flex-wrap:wrap;gap:1.25rem .5rem;align-items:flex-start}
.pictures+:is(.pictures,.scroll){margin-top:1.25rem}
.pairs{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:0 1rem}
.picture{margin:0;max-width:100%}
.picture .surround{padding:8px;background:var(--surround);border-radius:.4rem;print-color-adjust:exact}
.picture img{display:block;max-width:100%;height:auto;outline:1px solid var(--edge);image-rendering:crisp-edges;
image-rendering:pixelated}
.picture img.smooth{image-rendering:auto}
.pictures.triple{flex-wrap:nowrap}
.pictures.triple .picture{flex:0 1 auto;min-width:0}
.panes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,9.5rem),1fr));gap:1rem .75rem}
.pane{margin:0;max-width:18rem}
.pane .surround{padding:8px;background:var(--surround);border-radius:.4rem;print-color-adjust:exact}
.pane figcaption{display:grid;justify-items:center;padding:.4rem 0 0;font-weight:400;text-align:center}
.pane strong{font-size:1.6rem;line-height:1.3;font-variant-numeric:tabular-nums}
.film{display:block;outline:1px solid var(--edge);image-rendering:pixelated;background-size:100% calc(100%*(var(--last) + 1));
background-position:0 calc(100%*var(--at)/max(1,var(--last)))}
.film.dark,.timeline .plain,.timeline.shows-pictures .change{display:none}
.timeline.shows-pictures .plain{display:block}
.timeline .color-bar{max-width:20rem;padding:1rem 8px 0}
.timeline .note{margin:.25rem 8px 0}
.transport{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .75rem;padding:1rem 0 0}
.transport[hidden]{display:none}
.transport input{flex:1 1 12rem;min-width:8rem;accent-color:var(--link)}
.transport output{min-width:6rem;font-variant-numeric:tabular-nums}
.transport [data-do=play]{min-width:4.5rem}
.animation img{display:block;max-width:100%;height:auto;image-rendering:pixelated}
.picture img[hidden]{display:none}
${darkPictures}
.picture figcaption{padding:.4rem 0 0;font-weight:400;font-size:.9rem}
.color-bar{padding:.5rem 8px 0;font-size:.8rem;line-height:1.35;font-variant-numeric:tabular-nums;color:var(--quiet)}
.color-bar .ramp{display:block;height:.6rem;border:1px solid var(--edge);print-color-adjust:exact}
.color-bar .row{display:flex;justify-content:space-between;position:relative}
.color-bar .zero{position:absolute;transform:translateX(-50%)}

@media(max-width:30rem){.chart text{font-size:17px}.bars th[scope=row]{width:auto;white-space:normal}.matrix{width:100%;font-size:.7rem}.matrix :is(th,thead td){padding:.3rem .15rem}.matrix tbody td{min-width:0;padding:.3rem 0}
.data{font-size:.8rem}.data :is(th,td){padding:.25rem .3rem}.pictures:not(.triple) .first{order:-1}.picture figcaption,.color-bar{font-size:.75rem}h1{font-size:1.6rem}h2{font-size:1.25rem}}
@media print{:root{color-scheme:light!important}@page{size:A4;margin:16mm}body{max-width:none;padding:0;font-size:10pt}
.skip,.theme,details{display:none}h2,h3{break-after:avoid}a{color:inherit}}
`;
