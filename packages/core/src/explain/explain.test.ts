import { describe, expect, it } from "vitest";
import { differentiate, exportGradient, probe } from "../ascents.js";
import { explain, exportExplanation, openExplainer } from "../standard.js";
import { defineExplanation } from "../define/explanation.js";
import { explanations } from "../explanations/table.js";
import { buildModel, open, randomTensor, runtime, tinyCnn, tinyTransformer, weights } from "../testing/models.js";
import type { Value } from "../ir/graph.js";
import { numbers, tensor, type Tensor } from "../tensor.js";

/** A picture of 16 x 16 -> conv with places -> mean over places -> 5 classes. */
const placedCnn = (dtype: "float32" | "float16" = "float32", batch: number | "N" = "N") =>
  buildModel(
    (op, x) => {
      const typed = (name: readonly number[], seed: number) => op.cast(weights(op, name, seed), dtype);
      const first = op.relu(op.conv(op.cast(x, dtype), typed([6, 3, 3, 3], 1), { pads: [1, 1, 1, 1] }));
      const pool = op.maxPool(first, { kernel: [2, 2], strides: [2, 2] });
      const last = op.relu(op.conv(pool, typed([8, 6, 3, 3], 2), { pads: [1, 1, 1, 1] }));
      const mean = op.flatten(op.globalAveragePool(last));
      const scores = op.cast(op.matMul(mean, typed([8, 5], 3)), "float32");
      return { first, pool, last, scores, probabilities: op.softmax(scores, 1) };
    },
    { shape: [batch === "N" ? 1 : batch, 3, 16, 16], ...(batch === "N" && { freeBatch: "N" }) },
  );

const picture: Tensor = tensor(
  "float32",
  numbers(randomTensor([3, 16, 16], 5)).map((x) => 0.5 + 0.2 * x),
  [3, 16, 16],
);
const images = { photos: [picture, randomTensor([3, 16, 16], 6, 0.3), randomTensor([3, 16, 16], 7, 0.3)] };
const all = Object.keys(explanations)
  .filter((type) => !type.includes("ollout"))
  .map((type) => (type === "expectedGradients" ? { type, images: "photos", samples: 8 } : { type }));

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** What the places of a layer of planes [units, places] give with weights by unit. */
function weighted(planes: readonly number[], unitWeights: readonly number[]): number[] {
  const places = planes.length / unitWeights.length;
  return Array.from({ length: places }, (_, p) =>
    Math.max(
      0,
      dot(
        unitWeights,
        unitWeights.map((_w, u) => planes[u * places + p]!),
      ),
    ),
  );
}

describe("explain", () => {
  it("takes the likeliest class, and the last layer with places that is no score", async () => {
    const { class: chosen, probabilities, value, maps } = await explain(open(placedCnn()), picture);
    expect(probabilities!.indexOf(Math.max(...probabilities!))).toBe(chosen);
    expect([maps.length, maps[0]!.method, maps[0]!.layers]).toEqual([1, { type: "gradCam" }, ["last"]]);
    expect(maps[0]!.map.shape).toEqual([16, 16]);
    const named = await explain(open(placedCnn()), picture, `logit:${chosen}`);
    expect(named.value).toBeCloseTo(value, 6);
    expect(named.maps[0]!.map.data).toEqual(maps[0]!.map.data);
  });

  it("takes a layer before the one that a unit lies in, and a neuron's part of the picture place by place", async () => {
    const [channel, neuron] = [
      await explain(open(placedCnn()), picture, "last:1"),
      await explain(open(placedCnn()), picture, "last:1@0,0"),
    ];
    expect(channel.maps[0]!.method).toEqual({ type: "gradCam" });
    expect(neuron.maps[0]!.method).toEqual({ type: "hiResCam" });
    for (const { maps } of [channel, neuron]) expect(maps[0]!.layers).not.toContain("last");
    // what the neuron does not see is not warm
    const { data } = neuron.maps[0]!.map;
    expect(data.slice(-16).every((x) => x === 0)).toBe(true);
    expect(data.some((x) => x > 0)).toBe(true);
  });

  it("weighs units by their mean gradient: those of the last linear layer", async () => {
    const layer = await probe(open(placedCnn()), {}, (look) => ({ last: look.layer("last") }));
    const planes = numbers((await layer.run({ ...picture, shape: [1, 3, 16, 16] }))["last"]!);
    await layer.release();
    const dense = numbers(randomTensor([8, 5], 3, 0.5));
    const { maps } = await explain(open(placedCnn()), picture, "logit:2", { methods: ["gradCam", "hiResCam"] });
    const wanted = weighted(
      planes,
      Array.from({ length: 8 }, (_, u) => dense[u * 5 + 2]! / 64),
    );
    // the middle of a pixel of 8 x 8 lies between pixels of 16 x 16: compare the mean, and that the two methods agree
    const mean = (x: readonly number[]) => x.reduce((a, b) => a + b) / x.length;
    expect(mean(numbers(maps[0]!.map))).toBeCloseTo(mean(wanted), 4);
    numbers(maps[0]!.map).forEach((x, i) => expect(x).toBeCloseTo((maps[1]!.map.data as Float32Array)[i]!, 5));
  });

  it("gives the true gradient", async () => {
    const model = open(placedCnn());
    const slopes = await differentiate(model, "logit:2 - logit:1");
    const { gradient, value } = await slopes(picture);
    await slopes.release();
    const methods = ["gradient", "gradientInput"];
    const explained = await explain(model, picture, "logit:2 - logit:1", { methods });
    expect([explained.class, explained.value]).toEqual([null, value]);
    const [g, x] = [numbers(gradient), numbers(picture)];
    for (let at = 0; at < 256; at++) {
      const each = [0, 1, 2].map((c) => g[c * 256 + at]!);
      expect(explained.maps[0]!.map.data[at]).toBeCloseTo(Math.max(...each.map(Math.abs)), 5);
      const input = each.reduce((sum, one, c) => sum + one * x[c * 256 + at]!, 0);
      expect(explained.maps[1]!.map.data[at]).toBeCloseTo(input, 5);
    }
  });

  it.each([false, true])(
    "tells what a score of one box of a detector rests on (boxes first: %s)",
    async (isBoxesFirst) => {
      const detector = buildModel(
        (op, x) => {
          const grid = op.conv(x, weights(op, [6, 1, 4, 4], 1), { strides: [4, 4] });
          const boxes = op.sigmoid(op.reshape(grid, [1, 6, 16]));
          return { boxes: isBoxesFirst ? op.transpose(boxes, [0, 2, 1]) : boxes };
        },
        { shape: [1, 1, 16, 16] },
      );
      const photo = randomTensor([1, 16, 16], 4);
      const { maps } = await explain(open(detector), photo, "boxes:4@9", {
        methods: ["gradient", "occlusion:window=0.25"],
      });
      for (const { map } of maps) {
        // box 9 sees the patch in the third row and the second column
        const warm = numbers(map).flatMap((heat, at) => (Math.abs(heat) > 1e-6 ? [at] : []));
        expect(warm.length).toBeGreaterThan(8);
        const far = Math.max(
          ...warm.map((at) => Math.max(Math.abs(Math.floor(at / 16) - 9.5), Math.abs((at % 16) - 5.5))),
        );
        // a patch that covers a part of it is warm as a whole
        expect(far).toBeLessThan(4);
      }
    },
  );

  it("adds up to the rise of the target", async () => {
    for (const baseline of ["black", "grey", "white", "blurred"]) {
      const methods = [{ type: "integratedGradients", baseline, steps: 200 }];
      const { maps } = await explain(open(placedCnn()), picture, "logit:2", { methods });
      const { completenessGap, rise } = maps[0]!.numbers;
      const sum = numbers(maps[0]!.map).reduce((a, b) => a + b);
      expect(completenessGap).toBeLessThan(0.01);
      expect(Math.abs(sum - rise!)).toBeLessThan(0.01 * Math.abs(rise!) + 1e-6);
    }
  });

  it("tells what is lost where a patch is covered", async () => {
    const explainer = await openExplainer(open(placedCnn()), "logit:2", {
      methods: [{ type: "occlusion", window: 0.25, overlap: 1, baseline: "grey" }],
    });
    const { value, maps } = await explainer(picture);
    const covered = Float32Array.from(numbers(picture));
    for (let c = 0; c < 3; c++)
      for (let y = 4; y < 8; y++) covered.fill(0.5, c * 256 + y * 16 + 8, c * 256 + y * 16 + 12);
    const without = await explainer.look({ ...picture, data: covered });
    expect(maps[0]!.map.data[5 * 16 + 9]).toBeCloseTo(value - without.value, 4);
    await explainer.release();
  });

  it("follows the attention of a transformer", async () => {
    const model = open(tinyTransformer());
    const photo = randomTensor([1, 6, 6], 4);
    const { maps } = await explain(model, photo, "logit:1", { methods: ["attentionRollout", "gradientRollout"] });
    const rows = await probe(model, {}, ({ layer }) => ({ a: layer("attention") }));
    const attention = numbers((await rows.run({ ...photo, shape: [1, 1, 6, 6] }))["a"]!);
    await rows.release();
    // [2 heads, 4, 4]: the mean of the heads and the identity, then over the rows
    const wanted = [0, 1, 2, 3].map((to) =>
      [0, 1, 2, 3].reduce((sum, from) => {
        const mean = (attention[from * 4 + to]! + attention[16 + from * 4 + to]!) / 2;
        return sum + (mean + Number(from === to)) / 2 / 4;
      }, 0),
    );
    expect(maps[0]!.map.data[0]).toBeCloseTo(wanted[0]!, 5);
    expect(maps[0]!.map.data[35]).toBeCloseTo(wanted[3]!, 5);
    expect((await explain(model, photo)).maps[0]!.method.type).toBe("gradientRollout");
  });

  it("follows the attention of all tokens where that of earlier blocks is in windows, as in Swin", async () => {
    const windowed = buildModel(
      (op, x) => {
        const attend = (tokens: Value, seed: number) => {
          const [n, count, width] = tokens.shape as [number, number, number];
          const keys = op.matMul(tokens, weights(op, [width, width], seed));
          const attention = op.softmax(op.matMul(tokens, op.transpose(keys, [0, 2, 1])), 2);
          return { attention, seen: op.reshape(op.matMul(attention, tokens), [n, count, width]) };
        };
        const patches = op.conv(x, weights(op, [4, 1, 2, 2], 1), { strides: [2, 2] });
        const places = op.transpose(patches, [0, 2, 3, 1]);
        const cut = op.transpose(op.reshape(places, [1, 2, 4, 2, 4, 4]), [0, 1, 3, 2, 4, 5]);
        const inWindows = attend(op.reshape(cut, [4, 16, 4]), 2);
        const back = op.transpose(op.reshape(inWindows.seen, [1, 2, 2, 4, 4, 4]), [0, 1, 3, 2, 4, 5]);
        // four places become one, as many as a window has
        const merged = op.reshape(op.transpose(op.reshape(back, [1, 4, 2, 4, 2, 4]), [0, 1, 3, 2, 4, 5]), [1, 16, 16]);
        const whole = attend(merged, 3);
        const scores = op.matMul(op.reduceMean(whole.seen, [1], false), weights(op, [16, 3], 4));
        return { windows: inWindows.attention, attention: whole.attention, scores };
      },
      { shape: [1, 1, 16, 16] },
    );
    const photo = randomTensor([1, 16, 16], 4);
    const { maps } = await explain(open(windowed), photo, "logit:1", {
      methods: ["attentionRollout", "gradientRollout"],
    });
    expect(maps.map(({ layers }) => layers)).toEqual([["attention"], ["attention"]]);
  });

  it("takes no account of what is random but by the seed", async () => {
    const run = (seed: number) =>
      explain(open(placedCnn()), picture, "logit:2", { seed, methods: ["smoothGrad", { type: "rise", samples: 50 }] });
    const [a, b, c] = [await run(1), await run(1), await run(2)];
    a.maps.forEach(({ map }, i) => {
      expect(map.data).toEqual(b.maps[i]!.map.data);
      expect(map.data).not.toEqual(c.maps[i]!.map.data);
    });
  });

  it("forgets what the network has learned, where it is asked to", async () => {
    const options = { methods: ["gradCam"] };
    const [trained, shuffled] = [
      await explain(open(placedCnn()), picture, "logit:2", options),
      await explain(open(placedCnn()), picture, "logit:2", { ...options, randomized: { share: 1 } }),
    ];
    expect(shuffled.maps[0]!.map.data).not.toEqual(trained.maps[0]!.map.data);
    expect(shuffled.value).not.toBe(trained.value);
  });

  it("takes methods of a user's own", async () => {
    const own = defineExplanation({
      type: "brightness",
      doc: "The picture itself",
      params: {},
      build: (_, { op, picture: seen }) => op.reduceMean(seen, [1], true),
    });
    const { maps } = await explain(open(placedCnn()), picture, undefined, {
      methods: ["brightness"],
      definitions: [own],
    });
    expect(maps[0]!.map.data[7]).toBeCloseTo(
      (numbers(picture)[7]! + numbers(picture)[263]! + numbers(picture)[519]!) / 3,
      6,
    );
  });

  it("stops between two runs", async () => {
    const controller = new AbortController();
    controller.abort();
    const stopped = explain(open(placedCnn()), picture, undefined, { methods: ["rise"], signal: controller.signal });
    await expect(stopped).rejects.toThrow("Stopped after 0 of 1000 variants");
  });

  it("says what is wrong", async () => {
    const model = open(placedCnn());
    await expect(explain(model, picture, "logit:9")).rejects.toThrow("9 is out of range: there are 5 classes");
    await expect(explain(model, picture, undefined, { methods: ["gradCan"] })).rejects.toThrow(
      'There is no explanation of type "gradCan"',
    );
    await expect(explain(model, picture, undefined, { methods: ["attentionRollout"] })).rejects.toThrow("no attention");
    await expect(explain(model, picture, "first:1", { methods: ["finerCam"] })).rejects.toThrow(
      "the target is no class",
    );
    await expect(explain(model, picture, undefined, { layer: "scores" })).rejects.toThrow("has no places in a picture");
    await expect(explain(model, randomTensor([1, 16, 16]))).rejects.toThrow("takes pictures of shape [3,16,16]");
    const { leftOut } = await explainerOf(model);
    expect(leftOut.map(({ method }) => method)).toEqual(["gradientRollout"]);
  });
});

async function explainerOf(model: ReturnType<typeof open>) {
  const explainer = await openExplainer(model, undefined, { also: ["gradientRollout", "gradient"] });
  await explainer.release();
  return explainer;
}

describe.each(["float32", "float16"] as const)("a file of its own, of a model of %s", (dtype) => {
  it.each(all.map((method) => [method.type, method] as const))("gives what %s gives", async (_, method) => {
    const model = open(placedCnn(dtype));
    const options = { methods: [method], images, seed: 3 };
    const { maps, value, probabilities } = await explain(model, picture, undefined, options);
    const session = await runtime.open(await exportExplanation(model, undefined, options));
    const found = await session.run({ picture: { ...picture, shape: [1, 3, 16, 16] } });
    await session.release();
    const largest = Math.max(...numbers(maps[0]!.map).map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    expect(found["heatmap"]!.shape).toEqual([1, 16, 16]);
    numbers(found["heatmap"]!).forEach((x, i) =>
      expect(Math.abs(x - maps[0]!.map.data[i]!)).toBeLessThan(1e-5 * Math.max(1, largest)),
    );
    expect(numbers(found["value"]!)[0]).toBeCloseTo(value, 4);
    expect(numbers(found["probabilities"]!)[0]).toBeCloseTo(probabilities![0]!, 4);
  });
});

describe("an exported gradient", () => {
  it("is that of differentiate, for as many pictures as the model was made for", async () => {
    const slopes = await differentiate(open(placedCnn()), "logit:2");
    const { gradient, value } = await slopes(picture);
    await slopes.release();
    const session = await runtime.open(await exportGradient(open(placedCnn("float32", 2)), "logit:2"));
    const two = tensor("float32", [...numbers(picture), ...numbers(picture)], [2, 3, 16, 16]);
    const found = await session.run({ picture: two });
    await session.release();
    expect(found["gradient"]!.shape).toEqual([2, 3, 16, 16]);
    numbers(gradient).forEach((x, i) => expect(numbers(found["gradient"]!)[768 + i]).toBeCloseTo(x, 5));
    expect(numbers(found["value"]!)[1]).toBeCloseTo(value, 5);
  });
});

describe("a model without places", () => {
  it("is explained by its pixels", async () => {
    const { maps } = await explain(open(tinyCnn({ batch: 1 })), randomTensor([1, 6, 6], 2), "logit:1", {
      methods: ["gradient", "integratedGradients"],
    });
    expect(maps.map(({ map }) => map.shape)).toEqual([
      [6, 6],
      [6, 6],
    ]);
    const dense = buildModel((op, x) => ({ scores: op.gemm(op.flatten(x), weights(op, [36, 4])) }));
    const explained = await explain(open(dense), randomTensor([1, 6, 6], 2));
    expect(explained.maps[0]!.method.type).toBe("integratedGradients");
    expect(explained.maps[0]!.numbers["completenessGap"]).toBeLessThan(1e-3);
  });
});
