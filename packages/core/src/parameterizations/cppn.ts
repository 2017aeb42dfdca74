import { choice, fixed, int } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import { tensor, type Shape, type Tensor } from "../tensor.js";
import { drawEach } from "../starts/random.js";
import { defineSpatial, spatialShape } from "./spatial.js";

/** Coordinates of the longer side go from minus to plus this, which gives them variance 1. */
const reach = Math.sqrt(3);

/** The weight or bias that a variable of 1 stands for, so that a learning rate that suits pixels suits them too. */
const unit = 0.02;

/** What a layer's numbers become; the composite ones give two for each. */
const activations = {
  composite: (op: Ops, x: Value) => {
    const bent = atan(op, x);
    return op.concat([op.div(bent, 0.67), op.div(op.mul(bent, bent), 0.6)], 1);
  },
  unbiased: (op: Ops, x: Value) => {
    const bent = atan(op, x);
    return op.concat([op.div(bent, 0.67), op.div(op.sub(op.mul(bent, bent), 0.45), 0.396)], 1);
  },
  relu: (op: Ops, x: Value) => op.div(op.sub(op.relu(x), 0.4), 0.58),
};

const atan = (op: Ops, x: Value) => op.emit("Atan", [x], [x.type])[0]!;

/**
 * A small network that gives every pixel its colour from its coordinates, at any resolution (Mordvintsev, Pezzotti, Schubert
 * and Olah 2018).
 *
 * @example
 * cppn({ layers: 4 });
 */
export const cppn = defineSpatial({
  type: "cppn",
  example: { layers: 4 },
  doc: "A small network that gives every pixel its colour from its coordinates, at any resolution (Mordvintsev, Pezzotti, Schubert and Olah 2018)",
  params: {
    layers: int("number of hidden layers", { min: 1, fallback: 8 }),
    width: int("channels of a hidden layer", { min: 1, fallback: 24 }),
    activation: choice(
      "what follows a hidden layer: arc tangent and its square, the same with mean 0, or a rectifier",
      ["composite", "unbiased", "relu"],
      "unbiased",
    ),
    bias: fixed("standard deviation of the first biases", { min: 0, fallback: 0.1 }),
  },
  color: "none",
  initial(params, shape, rngs) {
    const { batch, layers } = plan(params, shape);
    const variables = layers.flatMap(({ from, to, isLast }, i): [string, Tensor][] => {
      const weight = isLast ? () => 0 : (rng: Rng) => truncatedNormal(rng) / Math.sqrt(from);
      const draw = (own: Shape, of: (rng: Rng) => number) => drawEach([batch, ...own], rngs, (rng) => of(rng) / unit);
      return [
        [`weights${i}`, draw([to, from], weight)],
        [`biases${i}`, draw([to, 1], (rng) => params.bias * rng.normal())],
      ];
    });
    return Object.fromEntries(variables);
  },
  pixels(params, state, { op, shape }) {
    const { layers, height, width } = plan(params, shape);
    const colors = layers.reduce(
      (x: Value, { isLast }, i) => {
        const [weights, biases] = [op.mul(state[`weights${i}`]!, unit), op.mul(state[`biases${i}`]!, unit)];
        const sum = op.add(op.matMul(weights, x), biases);
        return isLast ? sum : activations[params.activation](op, sum);
      },
      op.constant(coordinates(height, width), "coordinates"),
    );
    return op.reshape(colors, shape);
  },
});

/** The layers for pictures of a shape. */
function plan(params: { layers: number; width: number; activation: keyof typeof activations }, shape: Shape) {
  const [batch, channels, height, width] = spatialShape(shape);
  const after = params.activation === "relu" ? params.width : 2 * params.width;
  const layers = Array.from({ length: params.layers + 1 }, (_, i) => {
    const isLast = i === params.layers;
    return { from: i === 0 ? 2 : after, to: isLast ? channels : params.width, isLast };
  });
  return { batch, height, width, layers };
}

/** x and y of every pixel, [2, height * width]. */
function coordinates(height: number, width: number): Tensor {
  const unit = (2 * reach) / Math.max(height - 1, width - 1, 1);
  const data = new Float32Array(2 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[y * width + x] = (x - (width - 1) / 2) * unit;
      data[(height + y) * width + x] = (y - (height - 1) / 2) * unit;
    }
  }
  return tensor("float32", data, [2, height * width]);
}

/** A normal number within two standard deviations, scaled back to variance 1. */
function truncatedNormal(rng: Rng): number {
  const x = rng.normal();
  return Math.abs(x) < 2 ? x / 0.87962566 : truncatedNormal(rng);
}
