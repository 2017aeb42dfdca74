import { expect, it } from "vitest";
import { declare, encodeModel } from "../testing/protos.js";
import { open } from "../testing/models.js";

const at = (node: Parameters<typeof encodeModel>[0]["node"] & object) =>
  open(
    encodeModel({
      name: "g",
      input: [declare("x", [1, 1, 4, 4])],
      output: [declare("y", [])],
      node,
      initializer: [w, none],
    }),
  ).at(new Map([["x", [1, 1, 4, 4]]]));
const none = { name: "none", dataType: 7, int64Data: [0n] };
const w = { name: "w", dataType: 1, dims: [1n, 1n, 1n, 1n], floatData: [1] };

it("nodes that would end the process are refused by name", async () => {
  const group = [{ name: "group", type: 2, i: 0n }];
  await expect(
    at([{ opType: "Conv", input: ["x", "w"], output: ["y"], name: "c", attribute: group }]),
  ).rejects.toMatchObject({ code: "bad-model", message: 'Node "c" (Conv) has group [0], which must be positive' });
  await expect(at([{ opType: "Min", input: ["x", ""], output: ["y"], name: "m" }])).rejects.toMatchObject({
    code: "bad-model",
    message: 'Node "m" (Min) leaves out its input 1, which it needs',
  });
  await expect(at([{ opType: "DFT", input: ["x", "none"], output: ["y"], name: "d" }])).rejects.toMatchObject({
    code: "bad-model",
    message: 'Node "d" (DFT) has 0 as input 1, which must be positive',
  });
});
