import { classify, probe, size, type BatchOptions, type Tensor } from "@xstar/core";
import { pictureSizeOf } from "@xstar/results";
import { readModelInput, type ModelFlags } from "@xstar/runs";
import { modelOf, type OpenModel } from "./models.js";
import type { Pictures } from "./protocol.js";

const tensorOf = ({ shape, data }: Pictures): Tensor => ({ dtype: "float32", shape, data });

/** How the model takes pictures, as it is set here. */
export async function inputOf(model: OpenModel): Promise<BatchOptions> {
  const flags: ModelFlags = model.sides ? { size: model.sides } : {};
  return (await readModelInput(model.file, flags, { files: model.files })).options;
}

/** Probabilities of all classes by picture; null for what is no classifier. */
export async function classifyPictures(id: string, pictures: Pictures) {
  const model = modelOf(id);
  return (await classify(model.file, tensorOf(pictures), await inputOf(model))) ?? null;
}

/** What a target makes of each picture. */
export async function measurePictures(id: string, target: string, pictures: Pictures): Promise<number[]> {
  const model = modelOf(id);
  const batch = pictures.shape[0]!;
  const options = { ...(await inputOf(model)), batch, labels: model.facts.labels };
  const opened = await probe(model.file, options, (look) => ({ value: look.objective(look.parse(target)) }));
  try {
    const one = size(opened.shape);
    const values: number[] = [];
    for (let at = 0; at < pictures.data.length; at += one) {
      const part = pictures.data.slice(at, at + one);
      const { value } = await opened.run({ dtype: "float32", shape: opened.shape, data: part });
      values.push(...(value!.data as Float32Array));
    }
    return values;
  } finally {
    await opened.release();
  }
}

/** A dropped picture as the model takes it. */
export async function readPictureFor(id: string, path: string): Promise<Pictures> {
  const model = modelOf(id);
  const options = await inputOf(model);
  const opened = await probe(model.file, { ...options, batch: 1 }, ({ pictures }) => ({ pictures }));
  const shape = opened.shape.slice(1);
  await opened.release();
  const { data } = await model.files.readImage(path, pictureSizeOf(shape) ?? { channels: 3, height: 224, width: 224 });
  return { shape: [1, ...shape], data: data as Float32Array<ArrayBuffer> };
}
