import { adam, enlarge, pixel, rowsSheet } from "xstar";
import { findPictures } from "./find-pictures.js";
import { classMeans, numbered, writePicture } from "./gallery-pictures.js";
import { commands, inRows, number, percent, table } from "./markdown.js";

/** Bare pixels between black and white; the penalties of `penalized` keep them smooth. */
const pixels = {
  flags: "--recipe none --range 0,1 --steps 256 --optimizer adam --lr 0.05",
  options: {
    recipe: "none",
    steps: 256,
    parameterization: pixel({ range: [0, 1] }),
    optimizer: adam({ learningRate: 0.05 }),
  },
};
const penalized = (target) => `${target} - 0.1*tv - 0.1*l2`;

/** How the gallery finds a class: what that is called, as flags of the command line, and as options. */
const ways = [
  { name: "article", flags: "--recipe article", options: { recipe: "article" } },
  {
    name: "penalties",
    flags: `${pixels.flags} --start zeros --penalty tv=0.1 --penalty l2=0.1`,
    options: { ...pixels.options, start: "zeros" },
    aim: penalized,
  },
  { name: "auto", flags: "--recipe auto", options: { recipe: "auto" } },
];

/** Every class of a network, found in each way, below the mean of its training pictures. */
export async function showClasses(network) {
  const { name, title, file, model, labels, dataset } = network;
  const targets = labels.map((_, label) => `logit:${label}`);
  const watch = { score: targets, confidence: labels.map((_, label) => `probability:${label}`) };
  const found = [];
  for (const { aim = (target) => target, options } of ways)
    found.push(await findPictures(model, targets.map(aim), { ...options, watch }));

  const rows = [classMeans(dataset.train), ...found.map(drawings)].map((row) => row.map((one) => enlarge(one, 3)));
  const sheet = rowsSheet(rows.map((row, i) => (i === rows.length - 1 ? row.map(numbered) : row)));
  const image = await writePicture(`${name}-classes`, sheet, `Ten ${title}, in four rows`);
  const head = ["", ...labels.map((label, i) => (label === `${i}` ? label : `${i} ${label}`))];
  return `${image}

${commands(ways.map(({ flags }) => `xstar maximize ${file} "logit:*" ${flags} --seed 0`))}

${table([head, ...found.map((pictures, i) => [`\`${ways[i].name}\``, ...pictures.map(sureness)])])}`;
}

/** All channels of a layer, by the recipe `auto`. */
export async function showChannels(network, layer, count) {
  const { name, title, file, model } = network;
  const targets = Array.from({ length: count }, (_, i) => `${layer}:${i}`);
  const pictures = await findPictures(model, targets, { recipe: "auto", watch: { activation: targets } });
  const columns = 8;
  const tiles = drawings(pictures).map((picture, i) => numbered(enlarge(picture, 2), i));
  const sheet = rowsSheet(inRows(tiles, columns));
  const image = await writePicture(`${name}-${layer}`, sheet, `The ${count} channels of ${layer}, trained on ${title}`);
  const cells = pictures.map(({ watched: { activation } }, i) => `${i}: **${number(activation)}**`);
  return `${image}

${commands([`xstar maximize ${file} "${layer}:*" --recipe auto --seed 0`])}

<details><summary>The mean activation of each channel</summary>

${table([Array.from({ length: columns }, () => ""), ...inRows(cells, columns)])}

</details>`;
}

/** One class from four starts, and from the same starts when the four pictures have to differ. */
export async function showDiversity(network, { label, weight }) {
  const { name, file, model, labels } = network;
  const score = `logit:${label}`;
  const targets = [score, `${score} + ${weight}*diversity:conv2`].map(penalized);
  const starts = ["random", "random", "random", "random"];
  const watch = { score, confidence: `probability:${label}` };
  const options = { ...pixels.options, start: starts, streams: [0, 1, 2, 3], watch };
  const found = [];
  for (const target of targets) found.push(await findPictures(model, [target], options));

  const sheet = rowsSheet(found.map((pictures) => drawings(pictures).map((picture) => enlarge(picture, 4))));
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

/** A unit of the dense layer that no gradient reaches from black, maximized without and with redirected ReLU gradients. */
export async function showSleeper(network) {
  const { name, file, model } = network;
  const units = Array.from({ length: 24 }, (_, unit) => `dense1:${unit}`);
  const options = { ...pixels.options, start: "zeros", watch: { activation: units } };
  const bare = await findPictures(model, units, { ...options, redirectSteps: 0 });
  const redirected = await findPictures(model, units, options);
  const asleep = units.flatMap((_, i) => (bare[i].watched.activation === 0 ? [i] : []));
  const woken = asleep.filter((i) => redirected[i].watched.activation > 0);
  const [unit] = woken;
  if (unit === undefined) return "None of the first 24 units of `dense1` sleeps.";

  const pair = [bare[unit], redirected[unit]];
  const sheet = rowsSheet([drawings(pair).map((picture) => enlarge(picture, 4))]);
  const alt = `Unit ${unit} of dense1, without and with redirected gradients`;
  const command = `xstar maximize ${file} ${units[unit]} ${pixels.flags} --start zeros --seed 0`;
  const steps = pair[1].redirected;
  return `${await writePicture(`${name}-sleeper`, sheet, alt)}

${commands([`${command} --redirect-steps 0`, command])}

Its activation is ${number(pair[0].watched.activation)} in the left picture and ${number(pair[1].watched.activation)} in the right one, which took ${steps} ${steps === 1 ? "step" : "steps"} with
redirected gradients. Of the first 24 units of the layer ${asleep.length} stay asleep without them, and ${woken.length} of those wake up with them.`;
}

const drawings = (found) => found.map(({ picture }) => picture);

const sureness = ({ watched: { score, confidence } }) => `${number(score)}<br>${percent(confidence)}`;
