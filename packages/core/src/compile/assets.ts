import type { Assets, Generator } from "../define/define.js";
import { nearest, oneOf, XstarError } from "../errors.js";
import { resizeImage } from "../model/resize-image.js";
import type { Tensor } from "../tensor.js";
import { buildForward, type Batched } from "./forward.js";

/** The pictures and generators that specs may name. */
export function createAssets(
  images: Readonly<Record<string, Tensor>>,
  generators: ReadonlyMap<string, Batched>,
): Assets {
  return {
    image(name, height, width) {
      const image = Object.hasOwn(images, name) ? images[name] : undefined;
      if (!image) throw unknown("picture", name, Object.keys(images));
      return resizeImage(image, height, width);
    },
    generator(name): Generator {
      const batched = generators.get(name);
      if (!batched) throw unknown("generator", name, [...generators.keys()]);
      return {
        latent: batched.shape.slice(1),
        build: (op, latent) => buildForward(op, batched, latent, "generator/").output(),
      };
    },
  };
}

function unknown(what: string, name: string, names: readonly string[]): XstarError {
  const hint = names.length > 0 ? `Did you mean ${oneOf(nearest(name, names))}?` : "None was given";
  return new XstarError("bad-argument", `There is no ${what} "${name}"`, { hint });
}
