/** What bench:transfer makes, and who judges it: fixed before any setting was chosen by it. */

/** Classes of ImageNet, from 0 for a tench: things and animals that are told apart by what is in the picture. */
export const classes = [
  1, 9, 22, 71, 84, 130, 148, 251, 288, 292, 323, 340, 407, 437, 511, 609, 805, 937, 949, 985, 33, 94, 404, 555, 963,
];

/** No number of any recipe was chosen by these. */
export const heldOutClasses = [
  6, 24, 39, 76, 99, 113, 144, 207, 269, 291, 309, 351, 388, 417, 463, 508, 569, 620, 671, 745, 779, 817, 847, 951, 988,
];

const judges = ["bvlc-googlenet", "squeezenet-v1.1", "mobilenet-v2-1.0-224"];
const digits = ["mnist-cnn-kerasjs", "mnist-vit", "mnist-8"];
const withOthers = (names, isDigits) =>
  names.map((name) => ({ name, judges: names.filter((other) => other !== name), isDigits }));

/** Networks that make pictures, each judged by the others of its kind. */
export const makers = [...withOthers(judges, false), ...withOthers(digits, true)];
