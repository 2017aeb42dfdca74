import { add, inversion, mul, pixel, adam, starts, style, tensor } from "@xstar/core";
import { nameOfClass } from "../pages/explain-words.js";
import { formatPercent } from "../pages/format.js";
import { largestOf } from "./ask.js";
import type { Check, CheckContext } from "./check.js";
import { fitting, kept, makePictures } from "./made-pictures.js";

/** Pictures that are made, of a network of small pictures and of large ones; fewer decide nothing. */
const [ofSmall, ofLarge, fewest] = [24, 8, 4];
/** How much the shape counts beside the texture while a picture is made. */
const shapeWeight = 0.5;

/**
 * Whether the network goes by shape or by texture: pictures with the shape of one class and the texture of another (Geirhos et al., 2019),
 * made by the network's own style: what its first layer sees anywhere of the one, and place by place of the other. No later layer is held,
 * for the answer would be held with it.
 */
export const texture: Check = {
  name: "texture",
  needsLabels: true,
  async find(context) {
    const { observed, asker, labels } = context;
    const { shape } = observed;
    const first = observed.units.find(({ isDense }) => !isDense)?.layer;
    const pairs = pairsOf(context, fitting(shape, ofSmall, ofLarge));
    if (first === undefined || pairs.length < fewest) return [];
    const images = Object.fromEntries(
      pairs.flatMap(([form, surface], i) => [
        [`shape${i}`, tensor("float32", form.picture, shape)],
        [`texture${i}`, tensor("float32", surface.picture, shape)],
      ]),
    );
    const targets = pairs.map((_, i) =>
      add(
        style({ layer: first, image: `texture${i}` }),
        mul(shapeWeight, inversion({ layer: first, image: `shape${i}` })),
      ),
    );
    const made = await makePictures(context, targets, (from, to) => ({
      images: Object.fromEntries(Object.entries(images).filter(([name]) => isIn(name, from, to))),
      start: pairs.slice(from, to).map((_, i) => starts.image({ image: `shape${from + i}` })),
      recipe: "none",
      parameterization: pixel({ range: [0, 1] }),
      optimizer: adam({ learningRate: 0.05 }),
      steps: 48,
    }));
    const answers = (await asker.ask(made)).map(largestOf);
    const went = pairs.map(([form, surface], i) =>
      answers[i] === form.label ? "shape" : answers[i] === surface.label ? "texture" : "neither",
    );
    const count = (what: string) => went.filter((one) => one === what).length;
    const [byShape, byTexture] = [count("shape"), count("texture")];
    const isTexture = byTexture > byShape;
    const name = (label: number) => nameOfClass(label, labels);
    return [
      {
        check: "texture",
        severity: isTexture ? "note" : "fine",
        title: isTexture
          ? `It goes by texture more than by shape: ${byTexture} of ${pairs.length} pictures with the shape of one class and the texture of another are taken for the texture, ${byShape} for the shape`
          : `It goes by shape: ${byShape} of ${pairs.length} pictures with the shape of one class and the texture of another are taken for the shape, ${byTexture} for the texture`,
        detail: `Pictures were changed until ${first} sees anywhere in them what it sees in a picture of another class, and place by place still what it saw before. People go by the shape in such pictures.`,
        advice: isTexture
          ? "Train with pictures whose textures are changed (styles, colours, noise) where shapes should count"
          : undefined,
        numbers: {
          pictures: pairs.length,
          shape: byShape,
          texture: byTexture,
          ...(byShape + byTexture > 0 && { shapeBias: byShape / (byShape + byTexture) }),
        },
        made: pairs
          .slice(0, 8)
          .map(([form, surface], i) =>
            kept(
              made[i]!,
              shape,
              `shape of ${name(form.label)}, texture of ${name(surface.label)}: taken for ${name(answers[i]!)}`,
            ),
          ),
        table: {
          columns: ["Went by", "Pictures"],
          rows: ["shape", "texture", "neither"].map((what) => [
            what,
            `${count(what)} (${formatPercent(count(what) / pairs.length)})`,
          ]),
        },
      },
    ];
  },
};

function isIn(name: string, from: number, to: number): boolean {
  const at = Number(name.replace(/^\D+/, ""));
  return at >= from && at < to;
}

type Sampled = CheckContext["observed"]["sample"][number];

/** Pictures of different classes that the network knows, evenly from the sample, two by two. */
function pairsOf({ observed }: CheckContext, most: number): (readonly [Sampled, Sampled])[] {
  const known = observed.sample.filter(({ at, label }) => observed.predicted[at] === label);
  const half = Math.floor(known.length / 2);
  return known
    .slice(0, half)
    .flatMap((form, i) => {
      const surface = known.slice(half + i).find(({ label }) => label !== form.label);
      return surface ? [[form, surface] as const] : [];
    })
    .filter((_, i, all) => Math.floor((i * most) / all.length) !== Math.floor(((i - 1) * most) / all.length));
}
