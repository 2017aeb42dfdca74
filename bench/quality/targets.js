/** What bench:quality maximizes. Those held out had no part in the choice of any number. */

/**
 * @typedef {object} Network
 * @property {string} name of the folder and the file in it
 * @property {number} size of its input
 * @property {number} side of the picture that Lucid's recipe makes for it
 * @property {readonly string[]} others what should recognize its classes
 */
/** @type {Readonly<Record<string, Network>>} */
export const networks = {
  googlenet: {
    name: "bvlc-googlenet",
    size: 224,
    side: 128,
    others: ["squeezenet-v1.1", "mobilenet-v2-1.0-224"],
  },
  squeezenet: {
    name: "squeezenet-v1.1",
    size: 227,
    side: 128,
    others: ["bvlc-googlenet", "mobilenet-v2-1.0-224"],
  },
  mobilenet: {
    name: "mobilenet-v2-1.0-224",
    size: 224,
    side: 128,
    others: ["bvlc-googlenet", "squeezenet-v1.1"],
  },
  resnet: { name: "cifar10-resnet20", size: 32, side: 32, others: ["cifar10-resnet56"] },
};

/**
 * @typedef {object} Target
 * @property {"channel" | "neuron" | "class"} kind
 * @property {string} network
 * @property {string} layer
 * @property {number} unit
 * @property {boolean} [isHeldOut]
 */
/** @type {readonly Target[]} */
export const targets = [
  { kind: "channel", network: "squeezenet", layer: "fire6/concat", unit: 77 },
  { kind: "class", network: "googlenet", layer: "logits", unit: 9 },
  { kind: "channel", network: "resnet", layer: "layer2/layer2.1/Relu_1", unit: 9 },
  { kind: "neuron", network: "squeezenet", layer: "fire4/concat", unit: 41 },
  { kind: "channel", network: "mobilenet", layer: "MobilenetV2/expanded_conv_6/project", unit: 11, isHeldOut: true },
  { kind: "channel", network: "googlenet", layer: "inception_4d/output", unit: 200, isHeldOut: true },
  { kind: "class", network: "squeezenet", layer: "logits", unit: 22 },
  { kind: "channel", network: "mobilenet", layer: "MobilenetV2/expanded_conv_10/project", unit: 20, isHeldOut: true },
  { kind: "channel", network: "googlenet", layer: "inception_4a/output", unit: 97 },
  { kind: "class", network: "resnet", layer: "logits", unit: 4 },
  { kind: "neuron", network: "mobilenet", layer: "MobilenetV2/expanded_conv_3/project", unit: 7, isHeldOut: true },
  { kind: "class", network: "mobilenet", layer: "logits", unit: 131 },
  { kind: "channel", network: "squeezenet", layer: "fire3/concat", unit: 40 },
  { kind: "channel", network: "squeezenet", layer: "fire8/concat", unit: 120, isHeldOut: true },
  { kind: "neuron", network: "googlenet", layer: "inception_3a/output", unit: 76, isHeldOut: true },
  { kind: "channel", network: "mobilenet", layer: "MobilenetV2/expanded_conv_13/project", unit: 77, isHeldOut: true },
  { kind: "class", network: "googlenet", layer: "logits", unit: 130, isHeldOut: true },
  { kind: "channel", network: "resnet", layer: "layer3/layer3.1/Relu_1", unit: 20 },
  { kind: "channel", network: "googlenet", layer: "inception_3b/output", unit: 100 },
  { kind: "channel", network: "googlenet", layer: "inception_4b/output", unit: 310, isHeldOut: true },
  { kind: "neuron", network: "resnet", layer: "layer2/layer2.0/Relu_1", unit: 23, isHeldOut: true },
  { kind: "class", network: "squeezenet", layer: "logits", unit: 340 },
];

/**
 * As xstar's words say it.
 * @param {Target} target
 */
export const wordsOf = ({ kind, layer, unit }) =>
  kind === "class" ? `logit:${unit}` : `${layer}:${unit}${kind === "neuron" ? "@" : ""}`;

/** @param {Target} target */
export const keyOf = (target) => `${networks[target.network].name} ${wordsOf(target)}`;
