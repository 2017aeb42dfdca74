import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng } from "@xstar/results";
import { openJobRunner, type ContentJob, type JobRunner, type ModelFile } from "@xstar/runs";
import { openPictures } from "../data/pictures.js";
import { sharpCodec } from "../files/sharp-codec.js";
import { loadModel } from "../load.js";
import { nodeRuntime } from "../runtime.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";
import { thisMachine } from "../run/many/this-machine.js";
import { makeAtlas, type AtlasOptions, type AtlasWork } from "../run/atlas/make-atlas.js";
import { inPoolOf } from "../run/atlas/pool.js";

/** A temporary folder with a small network and six pictures, and what makes atlases of it there. */
export async function createAtlasFolder() {
  const folder = await mkdtemp(join(tmpdir(), "xstar-atlas-"));
  await writeFile(join(folder, "labels.txt"), "cat\ndog\nowl\n");
  const photos = join(folder, "photos");
  await mkdir(photos);
  for (let i = 0; i < 6; i++) {
    const data = new Uint8ClampedArray(4 * 64).fill(255);
    for (let at = 0; at < 64; at++) data.fill(((at * (i + 5) * 13) % 29) * 8, 4 * at, 4 * at + 3);
    await writeFile(join(photos, `${i}.png`), encodePng({ width: 8, height: 8, data }));
  }
  const open = async (seed: number): Promise<ModelFile> => {
    const path = join(folder, `tiny-${seed}.onnx`);
    await writeFile(path, tinyModel(seed));
    return loadModel(path, { runtime: nodeRuntime({ threads: 1 }) });
  };
  const model = await open(1);

  /** Does jobs in this thread; `before` sees each before it is begun. */
  const inThisThread =
    (before: (job: ContentJob) => void = () => undefined) =>
    ({ path, store }: AtlasWork) => {
      const start = (): JobRunner => {
        const runner = openJobRunner({
          ...thisMachine,
          codec: sharpCodec,
          contents: {
            model: async () => path,
            pictures: () => openPictures(photos),
          },
        });
        return {
          ...runner,
          async run(job, ...rest) {
            before(job);
            return runner.run(job, ...rest);
          },
        };
      };
      return inPoolOf(1, start, store);
    };
  const make = (out: string, options: Partial<AtlasOptions> = {}, of = model) =>
    makeAtlas(of, { folder: join(folder, out), images: photos, steps: 3, doJobs: inThisThread(), ...options });
  return { folder, photos, open, inThisThread, make };
}
