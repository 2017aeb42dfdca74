import type { Config } from "./layer.js";

/** Layers that only one family of Keras Applications has. Those with a Rescaling inside say themselves what they take. */
const telltales: readonly (readonly [family: string, layer: RegExp])[] = [
  ["MobileNetV2", /^(expanded_conv_depthwise|block_1_expand)$/],
  ["MobileNet", /^conv_dw_1$/],
  ["Xception", /^block2_sepconv1$/],
  ["InceptionResNetV2", /^mixed_5b$/],
  ["InceptionV3", /^mixed10$/],
  ["ResNetV2", /^conv2_block1_preact_bn$/],
  ["ResNet", /^conv2_block1_0_conv$/],
  ["DenseNet", /^conv2_block1_0_bn$/],
  ["VGG", /^block5_conv1$/],
  ["NASNet", /^normal_concat_0$/],
];

/** The family of a network, by its layers. */
export function architectureOf(config: Config): string | undefined {
  const names = layerNames(config);
  if (names.some((name) => name.startsWith("rescaling"))) return undefined;
  return telltales.find(([, layer]) => names.some((name) => layer.test(name)))?.[0];
}

/** Of models inside, too. */
function layerNames({ layers }: Config): string[] {
  if (!Array.isArray(layers)) return [];
  return (layers as readonly { name?: string; config?: Config }[]).flatMap(({ name, config = {} }) => [
    String(name ?? config["name"]),
    ...layerNames(config),
  ]);
}
