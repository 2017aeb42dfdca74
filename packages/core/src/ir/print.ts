import { numbers } from "../tensor.js";
import { constantTensor, type Attribute, type Graph, type Node, type Value } from "./graph.js";

/**
 * The graph as text, one node a line, for people and for tests.
 *
 * @example
 * const { step } = await compileAscent(model, "conv2:7");
 * console.log(print(step.graph));
 */
export function print(graph: Graph): string {
  const inputs = graph.inputs.map(typed).join(", ");
  const outputs = graph.outputs.map(typed).join(", ");
  return [`${graph.name}(${inputs}) -> (${outputs})`, ...graph.nodes.map((node) => `  ${printNode(node)}`)].join("\n");
}

function printNode(node: Node): string {
  const outputs = node.outputs.map((output) => (output ? typed(output) : "_")).join(", ");
  const inputs = node.inputs.map((input) => (input ? reference(input) : "_")).join(", ");
  const attributes = [...node.attributes].map(([name, attribute]) => `${name}=${literal(attribute)}`).join(" ");
  return `${outputs} = ${node.qualifiedType}(${inputs})${attributes && ` {${attributes}}`}`;
}

function typed(value: Value): string {
  return value.type ? `${value.name}: ${value.dtype}[${value.shape.join(",")}]` : value.name;
}

/** Small constants are shown by their numbers, large ones by name and shape. */
function reference(value: Value): string {
  const held = value.constant && constantTensor(value);
  if (!held) return value.constant ? `<${typed(value)}>` : value.name;
  const values = numbers({ ...held, data: held.data.slice(0, 9) as typeof held.data });
  if (values.length > 8) return `<${typed(value)}>`;
  const text = values.map((x) => String(Number.isInteger(x) ? x : Number(x.toPrecision(6)))).join(",");
  return held.shape.length === 0 ? text : `[${text}]`;
}

function literal(attribute: Attribute): string {
  switch (attribute.kind) {
    case "ints":
    case "floats":
    case "strings":
      return `[${attribute.value.join(",")}]`;
    case "tensor":
      return `tensor[${attribute.value.shape.join(",")}]`;
    case "graph":
      return `graph ${attribute.value.name}`;
    case "opaque":
      return "...";
    default:
      return String(attribute.value);
  }
}
