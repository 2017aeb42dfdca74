import { XstarError } from "@xstar/core";
import { Builder } from "../build/builder.js";
import { Cuts } from "../build/cut.js";
import { publish, written, type ImportedModel } from "../build/model.js";
import { architectureOf } from "./architecture.js";
import type { LayerWeight } from "../formats/layer-weight.js";
import { modelClasses, type Config, type EmitLayer, type LayerContext } from "./layer.js";
import { buildModel, hasChannelsFirst, wrappedModel, type Building } from "./network.js";
import { allRows } from "./rows.js";

/** A Keras model, whichever file it came from. */
export interface KerasModel {
  readonly className: string;
  readonly config: Config;
  /** "2.4.0", "3.3.3", or nothing. */
  readonly version: string | undefined;
  readonly weights: readonly LayerWeight[];
  readonly weightsOf: LayerContext["weightsOf"];
}

/** Builds the ONNX of a Keras model. Throws `bad-model` and `unsupported-model`. */
export function importKeras(
  model: KerasModel,
  layers: Readonly<Record<string, EmitLayer>> = {},
  labels?: readonly string[],
): ImportedModel {
  const { className, config, version, weights, weightsOf } = model;
  if (!modelClasses.has(className) && !Array.isArray(config["layers"])) {
    throw new XstarError(
      "unsupported-model",
      `The model is of the class ${className}: what it computes is Python code, which the file does not hold`,
      {
        hint: "Build it with the functional API or Sequential, or export it as a SavedModel",
        details: { class: className },
      },
    );
  }
  const b = new Builder(String(config["name"] ?? "model"));
  const cuts = new Cuts();
  const notes: string[] = [];
  const keras = Number(version?.match(/^\d+/)?.[0] ?? (looksLikeKeras3(config) ? 3 : 2));
  const context: LayerContext = {
    keras,
    rows: allRows(layers),
    notes,
    weightsOf,
    model: (layer, inputs) => wrappedModel(building, layer, inputs),
  };
  const building: Building = { b, cuts, context, isChannelsFirst: hasChannelsFirst(config) };
  const outputs = buildModel(building, { className, config, held: weights, prefix: "" });
  publish(b, cuts.outputs(outputs, b.graph));
  const family = architectureOf(config);
  const producer = ["Keras", version, family && `(${family})`].filter(Boolean).join(" ");
  return written(b, { producer, labels, cuts: cuts.list(), notes });
}

/** A configuration without a version: only Keras 3 writes values as `__keras_tensor__`, and where a class comes from. */
function looksLikeKeras3(config: Config): boolean {
  return /"__keras_tensor__"|"registered_name"/.test(JSON.stringify(config));
}
