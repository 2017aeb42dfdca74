import { describe, expect, it } from "vitest";
import { XstarError } from "../errors.js";
import { readModel } from "../onnx/read.js";
import { createRng, type Rng } from "../rng.js";
import { buildModel, runtime, tinyCnn, weights } from "../testing/models.js";
import { size, tensor, type Tensor } from "../tensor.js";
import { inspect } from "./inspect.js";
import { inputShapes, openModel } from "./load.js";
import { vjp } from "./vjp.js";

/** Small models of different kinds: convolutions, old shape arithmetic, a fixed batch, statistics, whole numbers. */
const seeds: readonly Uint8Array[] = [
  tinyCnn(),
  tinyCnn({ batch: 1, channels: 2 }),
  buildModel(
    (op, x) => {
      const shape = op.emit("Shape", [x], [{ dtype: "int64", shape: [2] }])[0]!;
      const rows = op.gather(shape, op.ints([0]));
      const y = op.emit(
        "Reshape",
        [x, op.concat([rows, op.ints([-1, 2])], 0)],
        [{ dtype: "float32", shape: [2, 3, 2] }],
      );
      const z = op.reduceMean(op.softmax(y[0]!, 1), [2]);
      return { y: y[0]!, z, top: op.mul(z, op.cast(op.argMax(z, 1, true), "float32")) };
    },
    { shape: [2, 6] },
  ),
  buildModel(
    (op, x) => {
      const conv = op.conv(x, weights(op, [3, 1, 2, 2]));
      const statistics = [1, 2, 3].map((seed) => weights(op, [3], seed));
      const type = { dtype: "float32", shape: conv.shape } as const;
      const inputs = [conv, ...statistics, op.constant(tensor("float32", [1, 2, 3]))];
      const normal = op.emit("BatchNormalization", inputs, [type])[0]!;
      return { conv, normal, padded: op.pad(op.maxPool(normal, { kernel: [2, 2] }), [0, 0, 1, 1], [0, 0, 0, 0]) };
    },
    { shape: [1, 1, 4, 4] },
  ),
];

/** A copy with a few bits, bytes or stretches changed. */
function mutate(bytes: Uint8Array, rng: Rng): Uint8Array {
  let copy = [...bytes];
  const place = () => rng.int(copy.length);
  const stretch = () => {
    const from = place();
    return [from, Math.min(copy.length, from + 1 + rng.int(24))] as const;
  };
  const mutations: readonly (() => void)[] = [
    () => (copy[place()]! ^= 1 << rng.int(8)),
    () => (copy[place()]! ^= 1 << rng.int(8)),
    () => (copy[place()] = rng.int(256)),
    () => (copy[place()] = [0, 0x7f, 0x80, 0xff][rng.int(4)]!),
    () => (copy = copy.slice(0, place())),
    () => copy.splice(...([stretch()[0], 1 + rng.int(12)] as const)),
    () => {
      const [from, to] = stretch();
      copy.splice(place(), 0, ...copy.slice(from, to));
    },
    () => {
      const [from, to] = stretch();
      copy.slice(from, to).forEach((byte, i) => (copy[from + i] = copy[(to + i) % copy.length]!));
    },
  ];
  for (let n = rng.int(4) === 0 ? 3 : 1; n > 0 && copy.length > 0; n--) mutations[rng.int(mutations.length)]!();
  return Uint8Array.from(copy);
}

/** Everything that xstar does with a file before the first step; says how far it came. */
async function use(bytes: Uint8Array): Promise<"read" | "typed" | "run"> {
  const source = readModel(bytes);
  const model = openModel(source, { runtime });
  const shapes = inputShapes(source.inputs, 1);
  await model.at(shapes);
  await inspect(model, { shapes });
  const gradient = await vjp(model, { shapes });
  const filled = (shape: readonly number[]): Tensor => ({
    dtype: "float32",
    shape,
    data: new Float32Array(size(shape)).fill(0.5),
  });
  const feeds = Object.fromEntries([...shapes].map(([name, shape]) => [name, filled(shape)]));
  const output = (await model.at(shapes)).graph.outputs[0]!;
  if (size(output.shape) > 1e6) return "typed";
  try {
    await gradient.run(feeds, filled(output.shape));
  } finally {
    await gradient.release();
  }
  return "run";
}

describe("a damaged file", () => {
  it("whole, runs", async () => {
    for (const bytes of seeds) expect(await use(bytes)).toBe("run");
  });

  it.each(seeds.map((_, i) => i))(
    "is used or refused by an XstarError (model %i)",
    async (i) => {
      const rng = createRng(i).split("fuzz");
      const outcomes: Record<string, number> = {};
      for (let n = 0; n < 125; n++) {
        const bytes = mutate(seeds[i]!, rng.split(n));
        const outcome = await use(bytes).catch((error: unknown) => {
          if (XstarError.is(error)) return error.code;
          throw new Error(`Mutant ${n} of model ${i} ended in no XstarError`, { cause: error });
        });
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
      expect(outcomes["run"]).toBeGreaterThan(0);
      expect(outcomes["bad-model"]).toBeGreaterThan(10);
    },
    60_000,
  );
});
