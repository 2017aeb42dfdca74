import { adam, pixel, rowsSheet } from "xstar";
import { runPlan } from "./run-plan.js";
import { classMeans, draw, numbered, writePicture } from "./gallery-pictures.js";
import { commands, inRows, number, percent, table } from "./markdown.js";

/** Bare pixels between black and white; the penalties of `penalized` keep them smooth. */
const pixels = {
  flags: "--recipe none --range 0,1 --steps 256 --optimizer adam --lr 0.05",
  options: { steps: 256, parameterization: pixel({ range: [0, 1] }), optimizer: adam({ learningRate: 0.05 }) },
};
const penalized = (target) => `${target} - 0.1*tv - 0.1*l2`;

/** How the gallery climbs to a class: what that is called, as flags of the command line, and as options. */
const ways = [
  { name: "article", flags: "--recipe article", settings: { recipe: "article" }, isUnbounded: true },
  {
    name: "penalties",
    flags: `${pixels.flags} --start zeros --penalty tv=0.1 --penalty l2=0.1`,
    settings: { options: { ...pixels.options, start: "zeros" } },
    aim: penalized,
  },
  { name: "auto", flags: "--recipe auto", settings: { recipe: "auto" } },
];

/** Every class of a network, found in each way, below the mean of its training pictures. */
export async function showClasses(network) {
  const { name, title, file, labels, dataset } = network;
  const targets = labels.map((_, label) => `logit:${label}`);
  const measure = { score: targets, confidence: labels.map((_, label) => `probability:${label}`) };
  const found = [];
  for (const { aim = (target) => target, settings } of ways)
    found.push(await runPlan(network, targets.map(aim), { ...settings, measure }));

  const means = classMeans(dataset.train).map((mean) => draw(mean));
  const rows = found.map((pictures, i) => pictures.map(({ data }) => draw(data, ways[i])));
  const sheet = rowsSheet([means, ...rows].map((row, i, all) => (i === all.length - 1 ? row.map(numbered) : row)));
  const image = await writePicture(`${name}-classes`, sheet, `Ten ${title}, in four rows`);
  const head = ["", ...labels.map((label, i) => (label === `${i}` ? label : `${i} ${label}`))];
  return `${image}

${commands(ways.map(({ flags }) => `xstar maximize ${file} "logit:*" ${flags} --seed 0`))}

${table([head, ...found.map((pictures, i) => [`\`${ways[i].name}\``, ...pictures.map(sureness)])])}`;
}

/** All channels of a layer, by the recipe `auto`. */
export async function showChannels(network, layer, count) {
  const { name, title, file } = network;
  const targets = Array.from({ length: count }, (_, i) => `${layer}:${i}`);
  const pictures = await runPlan(network, targets, { recipe: "auto" });
  const columns = 8;
  const tiles = pictures.map(({ data }, i) => numbered(draw(data, { factor: 2 }), i));
  const sheet = rowsSheet(inRows(tiles, columns));
  const image = await writePicture(`${name}-${layer}`, sheet, `The ${count} channels of ${layer}, trained on ${title}`);
  const cells = pictures.map(({ activation }, i) => `${i}: **${number(activation)}**`);
  return `${image}

${commands([`xstar maximize ${file} "${layer}:*" --recipe auto --seed 0`])}

<details><summary>The mean activation of each channel</summary>

${table([Array.from({ length: columns }, () => ""), ...inRows(cells, columns)])}

</details>`;
}

/** One class from four starts, and from the same starts when the four pictures have to differ. */
export async function showDiversity(network, { label, weight }) {
  const { name, file, labels } = network;
  const score = `logit:${label}`;
  const targets = [score, `${score} + ${weight}*diversity:conv2`].map(penalized);
  const starts = ["random", "random", "random", "random"];
  const options = { ...pixels.options, start: starts, streams: [0, 1, 2, 3] };
  const measure = { score, confidence: `probability:${label}` };
  const found = [];
  for (const target of targets) found.push(await runPlan(network, [target], { options, measure }));

  const sheet = rowsSheet(found.map((pictures) => pictures.map(({ data }) => draw(data, { factor: 4 }))));
  const image = await writePicture(`${name}-diversity`, sheet, `Four times the class ${labels[label]}, in two rows`);
  const inits = starts.map((start) => `--start ${start}`).join(" ");
  return `${image}

${commands(targets.map((target) => `xstar maximize ${file} "${target}" ${pixels.flags} ${inits} --seed 0`))}

${table([
  ["", "1", "2", "3", "4"],
  ["alone", ...found[0].map(sureness)],
  ["diverse", ...found[1].map(sureness)],
])}`;
}

/** A unit of the dense layer that no gradient reaches from black, climbed without and with redirected ReLU gradients. */
export async function showSleeper(network) {
  const { name, file } = network;
  const units = Array.from({ length: 24 }, (_, unit) => `dense1:${unit}`);
  const options = { ...pixels.options, start: "zeros" };
  const bare = await runPlan(network, units, { options: { ...options, redirectSteps: 0 } });
  const redirected = await runPlan(network, units, { options });
  const asleep = units.flatMap((_, i) => (bare[i].activation === 0 ? [i] : []));
  const woken = asleep.filter((i) => redirected[i].activation > 0);
  const [unit] = woken;
  if (unit === undefined) return "None of the first 24 units of `dense1` sleeps.";

  const pair = [bare[unit], redirected[unit]];
  const sheet = rowsSheet([pair.map(({ data }) => draw(data, { factor: 4 }))]);
  const alt = `Unit ${unit} of dense1, without and with redirected gradients`;
  const command = `xstar maximize ${file} ${units[unit]} ${pixels.flags} --start zeros --seed 0`;
  const steps = pair[1].redirected;
  return `${await writePicture(`${name}-sleeper`, sheet, alt)}

${commands([`${command} --redirect-steps 0`, command])}

Its activation is ${number(pair[0].activation)} in the left picture and ${number(pair[1].activation)} in the right one, which took ${steps} ${steps === 1 ? "step" : "steps"} with
redirected gradients. Of the first 24 units of the layer ${asleep.length} stay asleep without them, and ${woken.length} of those wake up with them.`;
}

const sureness = ({ score, confidence }) => `${number(score)}<br>${percent(confidence)}`;
