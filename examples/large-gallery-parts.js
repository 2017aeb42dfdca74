import { adam, alpha, background, cppn, generator, jitter, pad, rotate, scale } from "xstar";

/**
 * A part of the large gallery: pictures that are made with the same settings, of targets in the words of the command line.
 *
 * @typedef {object} Part
 * @property {string} name its folder
 * @property {string} title
 * @property {string} says what there is to see
 * @property {string} model path of the network in the folder of models
 * @property {string[]} targets
 * @property {import("xstar").MaximizeOptions} [options] what it is made with, where that is not the recipe `auto`
 * @property {string} [photo] a photograph that the options or the targets name "photo"
 * @property {string} [generator] path of a network that makes pictures, which the options name "generator"
 */

const googlenet = "bvlc-googlenet/bvlc-googlenet.onnx";
const units = (layer, count) => Array.from({ length: count }, (_, i) => `${layer}:${i}`);
const words = (list) => list.map((word) => `logit:${word.includes(" ") ? `"${word}"` : word}`);
const digits = units("logit", 10);
const things = words([
  "flamingo",
  "goldfish",
  "peacock",
  "jellyfish",
  "zebra",
  "monarch",
  "castle",
  "steam locomotive",
  "volcano",
  "strawberry",
  "pineapple",
  "daisy",
]);

const networks = [
  {
    name: "googlenet",
    title: "GoogLeNet",
    model: googlenet,
    layers: ["inception_3b/output", "inception_4a/output", "inception_4c/output"],
  },
  {
    name: "squeezenet",
    title: "SqueezeNet 1.1",
    model: "squeezenet-v1.1/squeezenet-v1.1.onnx",
    layers: ["fire5/concat", "fire9/concat"],
  },
  {
    name: "mobilenet",
    title: "MobileNetV2",
    model: "mobilenet-v2-1.0-224/mobilenet-v2-1.0-224.onnx",
    layers: ["MobilenetV2/expanded_conv_5/add", "MobilenetV2/expanded_conv_12/add"],
  },
];

/** @type {Part[]} */
const photographed = networks.flatMap(({ name, title, model, layers }) => [
  {
    name: `${name}-classes`,
    title: `${title}: classes`,
    says: "Twelve of the thousand classes of ImageNet: no network was given any picture to begin with.",
    model,
    targets: things,
  },
  ...layers.map((layer) => ({
    name: `${name}-${layer.replaceAll("/", "-")}`,
    title: `${title}: channels of ${layer}`,
    says: "What one channel looks for, everywhere in the picture.",
    model,
    // the layers of MobileNetV2 are narrow
    targets: units(layer, 32),
  })),
]);

/** @type {Part[]} */
const small = [
  {
    name: "cifar-classes",
    title: "ResNet-20 on CIFAR-10: classes",
    says: "Airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck, at 32 x 32 pixels.",
    model: "cifar10-resnet20/cifar10-resnet20.onnx",
    targets: digits,
  },
  {
    name: "cifar-channels",
    title: "ResNet-20 on CIFAR-10: the last layer",
    says: "All 64 channels of the last block.",
    model: "cifar10-resnet20/cifar10-resnet20.onnx",
    targets: units("layer3/layer3.2/Relu_1", 64),
  },
  {
    name: "vit-classes",
    title: "A vision transformer on MNIST: classes",
    says: "A network without any convolution still draws digits.",
    model: "mnist-vit/mnist-vit-b1.onnx",
    targets: digits,
  },
  {
    name: "vit-tokens",
    title: "A vision transformer on MNIST: tokens",
    says: "Features of the class token after the third block, which looks at the whole picture.",
    model: "mnist-vit/mnist-vit-b1.onnx",
    targets: Array.from({ length: 16 }, (_, i) => `token:layer=transformer/Add_5,channel=${i}`),
  },
  {
    name: "vit-heads",
    title: "A vision transformer on MNIST: attention heads",
    says: "Pictures that make the four heads of the first block and of the last one look at few places, sharply.",
    model: "mnist-vit/mnist-vit-b1.onnx",
    targets: [0, 5].flatMap((block) =>
      [0, 1, 2, 3].map((head) => `head:layer=transformer/layers.${block}.0/fn/Softmax,head=${head}`),
    ),
  },
];

/** @type {Part[]} */
const other = [
  {
    name: "googlenet-lucid",
    title: "GoogLeNet: classes, as Lucid makes them",
    says: "The same twelve classes with the published settings of Lucid, to compare.",
    model: googlenet,
    targets: things,
    options: { recipe: "lucid" },
  },
  {
    name: "googlenet-maco",
    title: "MaCo",
    says: "Only the phases of the spectrum are free: how much there is of each frequency is as in photographs.",
    model: googlenet,
    targets: things.slice(0, 4),
    options: { recipe: "maco:size=256,crops=8" },
  },
  {
    name: "googlenet-cppn",
    title: "CPPN",
    says: "A small network that gives each place its colour: pictures without pixels, smooth at any size.",
    model: googlenet,
    targets: units("inception_4a/output", 4),
    options: { recipe: "none", steps: 512, parameterization: cppn({}), optimizer: adam({ learningRate: 0.25 }) },
  },
  {
    name: "googlenet-alpha",
    title: "Transparency",
    says: "Pictures that are laid on another random background at every step, and pay for what is opaque.",
    model: googlenet,
    targets: things.slice(0, 4).map((target) => `${target} * (1 - opacity)`),
    options: {
      recipe: "none",
      steps: 256,
      parameterization: alpha({}),
      transforms: [background({}), pad({ pixels: 8 }), jitter({ pixels: 8 }), scale({}), rotate({})],
      optimizer: adam({ learningRate: 0.05 }),
    },
  },
  {
    name: "generator",
    title: "A generator in front",
    says: "The latent vector of a generator of digits is changed instead of pixels, so that only digits can come out.",
    model: "mnist-8/mnist-8.onnx",
    generator: "mnist-acgan-generator/mnist-acgan-generator-latent.onnx",
    targets: digits,
    options: {
      recipe: "none",
      steps: 128,
      parameterization: generator({ model: "generator", range: [-1, 1], bounds: [-0.05, 0.05] }),
      optimizer: adam({ learningRate: 0.01 }),
    },
  },
];

/** @type {Part[]} */
const fromPhotos = ["chelsea", "parrot", "china"].flatMap((photo) => {
  const of = (name, title, says, rest) => ({
    name: `${name}-${photo}`,
    title: `${title}: ${photo}`,
    says,
    model: googlenet,
    photo: `${photo}_224.png`,
    ...rest,
  });
  return [
    of("deepdream", "DeepDream", "The photograph, changed until a whole layer sees more in it.", {
      targets: ["inception_4b/output", "inception_4d/output"],
      options: { recipe: "deepdream:image=photo,size=224" },
    }),
    of("caricature", "Caricature", "What a layer makes of the photograph, exaggerated, begun from noise.", {
      targets: ["inception_3b/output", "inception_4c/output"],
      options: { recipe: "caricature:image=photo" },
    }),
    of("accentuation", "Accentuation", "The photograph, with more of what a class would have.", {
      targets: words(["tabby", "macaw", "castle"]),
      options: { recipe: "accentuation:image=photo,layer=inception_3b/output,size=224,crops=4" },
    }),
    of("style", "Style", "Only the textures of the photograph, from noise, as two layers together see them.", {
      targets: ["style:layer=conv2/3x3,image=photo + style:layer=inception_3b/output,image=photo"],
      options: { recipe: "lucid:size=224" },
    }),
  ];
});

export const parts = [...photographed, ...small, ...other, ...fromPhotos];
