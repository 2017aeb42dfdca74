import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { ModelProtoSchema, type GraphProtoSchema, type TensorProtoSchema, type ValueInfoProtoSchema } from "onnx-buf";

type GraphInit = Extract<MessageInitShape<typeof GraphProtoSchema>, { $typeName?: never }>;
type ModelInit = Extract<MessageInitShape<typeof ModelProtoSchema>, { $typeName?: never }>;
export type TensorInit = Extract<MessageInitShape<typeof TensorProtoSchema>, { $typeName?: never }>;

/** The declaration of a value: a dimension is a number, a name, or undefined. */
export function declare(
  name: string,
  dims: readonly (number | string | undefined)[],
  elemType = 1,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((one) => {
    if (typeof one === "number") return { value: { case: "dimValue" as const, value: BigInt(one) } };
    return one === undefined ? {} : { value: { case: "dimParam" as const, value: one } };
  });
  return { name, type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } } };
}

/** The bytes of an ONNX file from its graph, as the protobuf messages say it. */
export function encodeModel(graph: GraphInit, model: ModelInit = {}): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: "", version: 17n }], graph, ...model }),
  );
}

/** y = x + w, with `w` as given. */
export function encodeSum(w: TensorInit, dims: readonly number[] = [2]): Uint8Array {
  return encodeModel({
    name: "sum",
    input: [declare("x", dims)],
    output: [declare("y", dims)],
    initializer: [{ name: "w", ...w }],
    node: [{ opType: "Add", input: ["x", "w"], output: ["y"] }],
  });
}
