import { AttributeProto_AttributeType as Kind } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { runtime } from "../testing/models.js";
import { declare, encodeModel } from "../testing/protos.js";
import { inspect } from "../model/inspect.js";
import { inputShapes, openModel } from "../model/load.js";
import { vjp } from "../model/vjp.js";

type Graph = Parameters<typeof encodeModel>[0];

const graph = (name: string, g: Graph) => ({ name, type: Kind.GRAPH, g: { name, ...g } });
const int = (name: string, i: number) => ({ name, type: Kind.INT, i: BigInt(i) });
const number = (name: string, dataType: number, values: object, dims: readonly bigint[] = []) => ({
  name,
  dataType,
  dims: [...dims],
  ...values,
});

const branch = (opType: string) => ({ node: [{ opType, input: ["h"], output: ["b"] }], output: [declare("b", [2])] });

const controls: Readonly<Record<string, Graph["node"]>> = {
  If: [
    { opType: "ReduceMax", input: ["h"], output: ["m"], attribute: [int("keepdims", 0)] },
    { opType: "Greater", input: ["m", "zero"], output: ["c"] },
    {
      opType: "If",
      name: "control",
      input: ["c"],
      output: ["y"],
      attribute: [graph("then_branch", branch("Neg")), graph("else_branch", branch("Exp"))],
    },
  ],
  Loop: [
    {
      opType: "Loop",
      name: "control",
      input: ["three", "", "h"],
      output: ["y"],
      attribute: [
        graph("body", {
          input: [declare("i", [], 7), declare("go", [], 9), declare("s", [2])],
          node: [
            { opType: "Exp", input: ["s"], output: ["t"] },
            { opType: "Identity", input: ["go"], output: ["on"] },
          ],
          output: [declare("on", [], 9), declare("t", [2])],
        }),
      ],
    },
  ],
  Scan: [
    {
      opType: "Scan",
      name: "control",
      input: ["h"],
      output: ["y"],
      attribute: [
        int("num_scan_inputs", 1),
        graph("body", {
          input: [declare("s", [])],
          node: [{ opType: "Exp", input: ["s"], output: ["t"] }],
          output: [declare("t", [])],
        }),
      ],
    },
  ],
};

describe.each(Object.entries(controls))("a %s that depends on the input", (opType, node) => {
  const model = openModel(
    encodeModel({
      name: "main",
      input: [declare("x", [2])],
      output: [declare("y", [2])],
      initializer: [number("zero", 1, { floatData: [0] }), number("three", 7, { int64Data: [3n] })],
      node: [{ opType: "Relu", name: "before", input: ["x"], output: ["h"] }, ...(node ?? [])],
    }),
    { runtime },
  );
  const shapes = inputShapes(model.source.inputs);

  it("is refused by one error that names the node and says why", async () => {
    await expect(vjp(model, { shapes })).rejects.toMatchObject({
      code: "missing-vjp-rule",
      message: `Cannot differentiate "y": no vjp rule for ${opType}, which is needed at node "control" (${opType})`,
      hint: expect.stringContaining(`${opType}: control flow that depends on the input is not differentiated`),
      details: { nodes: [{ node: "control", opType }] },
    });
  });

  it("leaves the layers before it", async () => {
    const { layers, missingRules } = await inspect(model, { shapes });
    expect(layers.find(({ name }) => name === "h")!.differentiable).toBe(true);
    expect(missingRules).toMatchObject([{ opType, nodes: ["control"], layers: ["y"] }]);
    const before = await vjp(model, { shapes, of: "h" });
    await before.release();
  });
});
