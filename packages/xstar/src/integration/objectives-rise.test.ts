import { existsSync } from "node:fs";
import { join } from "node:path";
import * as core from "@xstar/core";
import { adam, maximize, neg, objectives, type MaximizeOptions, type Spec } from "@xstar/core";
import type { ModelFile } from "@xstar/runs";
import { beforeAll, describe, expect, it } from "vitest";
import { readImage } from "../files/image.js";
import { loadModel } from "../load.js";
import { nodeRuntime } from "../runtime.js";

const shared = join(import.meta.dirname, "../../../../../shared");
const pathOf = (name: string) => join(shared, "models", name, `${name}.onnx`);
const networks = { cnn: "cifar10-resnet20", transformer: "mnist-vit" };
const isThere = Object.values(networks).every((name) => existsSync(pathOf(name)));

const layer = "layer2/layer2.1/Relu_1";
const photo = { image: "photo" };
const vector = Array.from({ length: 32 }, (_, i) => Math.sin(i));
const seven = core.logit({ class: 7 });
const maximized: readonly Spec[] = [
  core.channel({ layer, channel: 20 }),
  core.neuron({ layer, channel: 20 }),
  core.spatial({ layer }),
  core.layer({ layer }),
  seven,
  core.probability({ class: 7 }),
  core.crossEntropy({ class: 7 }),
  core.diversity({ layer }),
  core.alignment({ layer }),
  core.interpolation({ layer, from: 20, to: 30 }),
  core.direction({ layer, vector }),
  core.cosine({ layer, vector }),
  core.cosineDirection({ layer, vector }),
  core.tensorDirection({ layer, ...photo, height: 3, width: 3 }),
  core.caricature({ layer, ...photo }),
  core.inversion({ layer, ...photo }),
  core.style({ layer, ...photo }),
  core.accentuation({ target: seven, layer, ...photo, weight: 0.2 }),
  core.opacity({}),
  core.add(seven, core.channel({ layer, channel: 20 })),
  core.sub(seven, core.mul(0.1, core.tv({}))),
  core.mul(core.layer({ layer }), core.probability({ class: 7 })),
  core.div(seven, core.add(1, core.l2({}))),
  core.pow(core.layer({ layer }), 0.5),
  core.abs(seven),
];
const penalties: readonly Spec[] = [
  core.l1({}),
  core.l2({ around: 0.5 }),
  core.linf({}),
  core.lp({ p: 4 }),
  core.tv({}),
  core.highFrequency({}),
  core.boundary({}),
  core.inputDifference(photo),
];
const attention = "/transformer/layers.0.0/fn/Softmax_output_0";
const mlp = "/transformer/layers.0.1/fn/net/net.3/MatMul_output_0";
const named = (specs: readonly Spec[]) => specs.map((spec) => [spec.type, spec] as const);

describe.skipIf(!isThere)(
  `on real networks in ${shared}${isThere ? "" : " (missing)"}, of a batch of two, every picture rises within 3 steps of Adam 0.1:`,
  () => {
    let cnn: ModelFile;
    let transformer: ModelFile;
    let options: MaximizeOptions;
    beforeAll(async () => {
      const runtime = nodeRuntime({ threads: 1 });
      [cnn, transformer] = await Promise.all([
        loadModel(pathOf(networks.cnn), { runtime }),
        loadModel(pathOf(networks.transformer), { runtime }),
      ]);
      const image = await readImage(join(shared, "photos/chelsea.png"), { channels: 3, height: 32, width: 32 });
      const [mean, std] = [
        [0.485, 0.456, 0.406],
        [0.229, 0.224, 0.225],
      ];
      options = { contract: { mean, std }, images: { photo: image } };
    });

    const rises = async (model: ModelFile, spec: Spec, own: MaximizeOptions) => {
      const { curve } = await maximize(model, [spec, spec], {
        recipe: "none",
        ...own,
        steps: 3,
        seed: 4,
        start: ["random", "random"],
        optimizer: adam({ learningRate: 0.1 }),
      }).result;
      const [first, ...rest] = curve;
      for (const i of [0, 1])
        expect(Math.max(...rest.map((values) => values[i]!)), `picture ${i}`).toBeGreaterThan(first![i]!);
    };

    it.each(named(maximized))("%s", async (type, spec) => {
      await rises(cnn, spec, type === "opacity" ? { ...options, parameterization: core.alpha({}) } : options);
    });

    it.each(named(penalties))("less of %s", async (_, spec) => {
      await rises(cnn, neg(spec), options);
    });

    it.each(named([core.token({ layer: mlp, channel: 5 }), core.head({ layer: attention, head: 0 })]))(
      "%s",
      (_, spec) => rises(transformer, spec, {}),
    );

    it("all of them, that is", () => {
      const types = new Set([...maximized, ...penalties].map(({ type }) => type));
      expect([...types, "token", "head"].toSorted()).toEqual(Object.keys(objectives).toSorted());
    });
  },
);
