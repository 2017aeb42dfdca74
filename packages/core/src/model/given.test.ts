import { AttributeProto_AttributeType as Kind } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { numbers, tensor, type Shape } from "../tensor.js";
import { open } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { inspect } from "./inspect.js";
import { vjp } from "./vjp.js";

const int = (name: string, i: number) => ({ name, type: Kind.INT, i: BigInt(i) });
const attributes: Readonly<Record<string, ReturnType<typeof int>[]>> = {
  ReduceMean: [int("keepdims", 0)],
  Split: [int("axis", 1)],
};

/** y = operator(x, n), and z = exp(x) beside it. */
const model = (opType: string, x: Shape, n: Shape, opset = 18n) =>
  open(
    encodeModel(
      {
        name: "fed",
        input: [declare("x", x), declare("n", n, 7)],
        output: [{ name: "y" }, declare("z", x)],
        node: [
          { opType, input: ["x", "n"], output: ["y"], attribute: attributes[opType] ?? [] },
          { opType: "Exp", input: ["x"], output: ["z"] },
        ],
      },
      { opsetImport: [{ domain: "", version: opset }] },
    ),
  );

/** What an input of whole numbers holds, and the gradient of the sum of the squares of y at 1, 2, 3, ... */
const cases: Readonly<Record<string, readonly [Shape, readonly number[], Shape]>> = {
  ReduceMean: [[2, 3], [1], [2]],
  ReduceSum: [[2, 3], [1], [2, 1]],
  ReduceMax: [[2, 3], [0], [1, 3]],
  Reshape: [
    [2, 3],
    [3, 2],
    [3, 2],
  ],
  Tile: [
    [2, 3],
    [2, 1],
    [4, 3],
  ],
  Expand: [
    [1, 3],
    [2, 3],
    [2, 3],
  ],
  Unsqueeze: [[2, 3], [1], [2, 1, 3]],
  Squeeze: [[2, 1, 3], [1], [2, 3]],
};

describe.each(Object.entries(cases))("%s by an input", (opType, [x, n, y]) => {
  const shapes = new Map([
    ["x", x],
    ["n", [n.length]],
  ]);

  it("that is given has its shape and its gradient", async () => {
    const opened = model(opType, x, [n.length]);
    const inputs = { n: tensor("int64", n) };
    const run = await vjp(opened, { shapes, inputs });
    const values = Array.from({ length: x.reduce((a, b) => a * b) }, (_, i) => i + 1);
    const at = async (given: readonly number[], cotangent?: readonly number[]) => {
      const ones = Array<number>(y.reduce((a, b) => a * b)).fill(1);
      return run.run({ x: tensor("float32", given, x) }, tensor("float32", cotangent ?? ones, y));
    };
    const { output, gradient } = await at(values);
    expect(output.shape).toEqual(y);
    for (const [i, slope] of numbers(gradient).entries()) {
      const sum = async (by: number) =>
        numbers((await at(values.with(i, values[i]! + by))).output).reduce((a, b) => a + b, 0);
      expect(slope).toBeCloseTo((await sum(0.25)) / 0.5 - (await sum(-0.25)) / 0.5, 3);
    }
    await run.release();
  });

  it("that is not given is refused with a hint, and what is beside it is not", async () => {
    const opened = model(opType, x, [n.length]);
    await expect(vjp(opened, { shapes })).rejects.toMatchObject({
      code: "missing-vjp-rule",
      message: expect.stringMatching(
        /the shape of its result depends on the elements of input "n", which are not given$/,
      ),
      hint: expect.stringContaining("--input n="),
    });
    await (await vjp(opened, { shapes, of: "z" })).release();
    const { layers } = await inspect(opened, { shapes });
    expect(layers.map(({ name, differentiable }) => [name, differentiable])).toEqual([
      ["y", false],
      ["z", true],
    ]);
  });
});

describe("an inverse DFT", () => {
  const dft = (axis: number | undefined, x: Shape) =>
    open(
      encodeModel(
        {
          name: "dft",
          input: [declare("x", x), ...(axis === undefined ? [declare("a", [], 7)] : [])],
          output: [{ name: "y" }],
          initializer: axis === undefined ? [] : [{ name: "a", dataType: 7, int64Data: [BigInt(axis)] }],
          node: [
            { opType: "DFT", input: ["x", "", "a"], output: ["y"], attribute: [int("inverse", 1), int("onesided", 1)] },
          ],
        },
        { opsetImport: [{ domain: "", version: 20n }] },
      ),
    );

  it.each([
    ["along an axis that is not given", undefined, [1, 6, 2]],
    ["of one element", 0, [1, 6, 2]],
    ["of several elements", 1, [1, 6, 2]],
  ] as const)("%s does not hang", async (_, axis, x) => {
    const model = dft(axis, x);
    const { graph } = await model.at(
      new Map<string, Shape>([
        ["x", x],
        ["a", []],
      ]),
    );
    expect(graph.outputs[0]!.type?.shape).toEqual(axis === 1 ? [1, 10, 1] : undefined);
  });
});

describe("the name of an output", () => {
  it("that is folded is known", async () => {
    const bytes = encodeModel({
      name: "folded",
      input: [declare("x", [2, 3])],
      output: [declare("y", [2])],
      node: [
        { opType: "Shape", input: ["x"], output: ["s"] },
        { opType: "Cast", input: ["s"], output: ["y"], attribute: [int("to", 1)] },
      ],
    });
    const run = await vjp(open(bytes), { shapes: new Map([["x", [2, 3]]]), of: "y" });
    const { output, gradient } = await run.run(
      { x: tensor("float32", [1, 2, 3, 4, 5, 6], [2, 3]) },
      tensor("float32", [1, 1]),
    );
    expect([numbers(output), numbers(gradient)]).toEqual([
      [2, 3],
      [0, 0, 0, 0, 0, 0],
    ]);
    await run.release();
  });
});
