/** The charts of reports as SVG files of their own. */
import { lineChart } from "@xstar/results";

const colours = ["#1f6feb", "#c2410c", "#15803d", "#7c3aed", "#a16207", "#0e7490"];
const style = [
  "text{font:12px system-ui,sans-serif;fill:#57606a}",
  ".grid{stroke:#d0d7de;stroke-width:1}",
  ".curve{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}",
  ".mark{fill:#fff;stroke:currentColor;stroke-width:2}",
  ...colours.map((colour, i) => `.series-${i}{color:${colour}}`),
].join("");
const lineHeight = 16;

/**
 * @param {{ title: string, xLabel: string, yLabel: string, series: readonly { name: string, points: any[] }[] }} chart
 */
export function curvesAsSvg(chart) {
  const figure = String(lineChart({ ...chart, xScale: "log" }));
  const [plot] = /<svg viewBox="0 0 \d+ \d+" role="img"[\s\S]*?<\/svg>/.exec(figure) ?? [""];
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(plot) ?? [];
  const inner = plot.slice(plot.indexOf(">") + 1, -"</svg>".length);
  const legend = chart.series.map(
    ({ name }, i) =>
      `<g class="series-${i}" transform="translate(8 ${Number(height) + lineHeight * (i + 1)})"><path class="curve" d="M0-4H30"/><text x="38">${name}</text></g>`,
  );
  const whole = Number(height) + lineHeight * (chart.series.length + 1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" role="img"><title>${chart.title}</title><style>${style}</style><rect width="${width}" height="${whole}" fill="#fff"/>${inner}${legend.join("")}</svg>\n`;
}
