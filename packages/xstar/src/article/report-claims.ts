import {
  dataTable,
  dataUri,
  encodePng,
  formatNumber,
  html,
  pictureFigure,
  pictureRow,
  type Html,
} from "@xstar/results";
import { spread, spreadOfLikeness, type Claims, type MadeSet, type Spread } from "./claims.js";
import type { ArticleRun } from "./experiment.js";
import { nameOf } from "./network.js";
import { madeSheet } from "./pictures.js";

/** The section of the two facts. */
export function claimsSection({ results, made }: ArticleRun): Html {
  const { claims } = results;
  const { notLikeTheDigit: likeness, dependsOnStart: starts } = claims;
  return html`<h2>The two facts, measured</h2>
    <p>
      Every digit from ${claims.randomStarts} random starts of its own on ${claims.networks} networks (${results.networks.map(nameOf).join(", ")}), ${claims.steps} steps each: ${claims.results.length} made pictures, beside the
      first ${claims.randomStarts} test pictures of each digit.
    </p>
    <h3>1. What the network wants is not what people mean</h3>
    <p>${likeness.words}</p>
    ${spreads("Pearson correlation of pixels", [
      row("Made pictures with their class's mean", likeness.synthetic.classMean),
      row("Changes (result − start) with their class's mean", likeness.synthetic.changeWithClassMean),
      row("Real test pictures with their class's mean", likeness.real.classMean),
      row("Made pictures with their nearest training picture", likeness.synthetic.nearest),
      row("Real test pictures with their nearest training picture", likeness.real.nearest),
    ])}
    ${byClass(claims)} ${sheets(made[0]!)}
    <h3>2. The optimum depends on the start</h3>
    <p>${starts.words}</p>
    ${spreads("Euclidean distance between results, and between the starts", [
      row("Starts", starts.starts),
      row("Same network, different starts", starts.differentStarts.distance),
      row("Same start, different networks", starts.differentNetworks.distance),
      row("Changes: same network, different starts", starts.differentStarts.changeDistance),
      row("Changes: same start, different networks", starts.differentNetworks.changeDistance),
    ])}
    ${spreads("Pearson correlation between results", [
      row("Same network, different starts", starts.differentStarts.correlation),
      row("Same start, different networks", starts.differentNetworks.correlation),
      row("A result and its own start", starts.keptStart),
      row("Changes: same network, different starts", starts.differentStarts.changeCorrelation),
      row("Changes: same start, different networks", starts.differentNetworks.changeCorrelation),
    ])}`;
}

const row = (name: string, { count, mean, min, max }: Spread) => [
  name,
  count,
  ...[mean, min, max].map((value) => formatNumber(value, 3)),
];

const spreads = (caption: string, rows: readonly (string | number)[][]) =>
  dataTable({ caption, columns: ["Measured", "Count", "Mean", "Least", "Most"], rows });

/** The likeness of each digit by itself. */
function byClass({ results, real }: Claims): Html {
  const classes = [...new Set(results.map((one) => one.class))];
  const two = (value: number) => (Math.round(100 * value) / 100 || 0).toFixed(2).replace("-", "−");
  const range = ({ mean, min, max }: Spread) => `${two(mean)}\u00a0(${two(min)}…${two(max)})`;
  const table = dataTable({
    caption: "Mean (least…most) correlation, and whether the nearest training picture is of that digit",
    columns: [
      "Digit",
      "Least confidence",
      "Class mean, made",
      "Class mean, real",
      "Nearest, made",
      "Nearest, real",
      "Same digit, made",
      "Same digit, real",
    ],
    rows: classes.map((digit) => {
      const [made, genuine] = [results, real].map((list) => list.filter((one) => one.class === digit));
      const [ofMade, ofReal] = [spreadOfLikeness(made!), spreadOfLikeness(genuine!)];
      const hits = (list: typeof genuine) =>
        `${list!.filter(({ nearest }) => nearest?.label === digit).length}\u00a0of\u00a0${list!.length}`;
      const sure = spread(results.filter((one) => one.class === digit).map(({ confidence }) => confidence));
      return [
        digit,
        formatNumber(sure.min),
        range(ofMade.classMean),
        range(ofReal.classMean),
        range(ofMade.nearest),
        range(ofReal.nearest),
        hits(made),
        hits(genuine),
      ];
    }),
  });
  return html`<h4>By digit</h4>
    ${table}`;
}

function sheets(set: MadeSet): Html {
  const figure = (what: "result" | "change", caption: string) => {
    const { width, height, ...picture } = madeSheet(set, what);
    const light = dataUri("image/png", encodePng({ width, height, ...picture }));
    return pictureFigure({ light, alt: caption, caption, width, height, scale: 1 });
  };
  return html`<h4>All that was made for network ${set.network}</h4>
    ${pictureRow([
      figure("result", "The results: a row for each digit, a column for each random start"),
      figure("change", "Their changes, on one scale: red is brighter, blue darker"),
    ])}`;
}
