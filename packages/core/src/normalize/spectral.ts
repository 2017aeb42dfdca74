import { limitOf } from "../autodiff/limits.js";
import { constantNumbers } from "../ir/graph.js";
import { tensor } from "../tensor.js";
import type { Rewrite } from "./rewrite.js";

/** Before opset 20 the axis was an attribute. */
export const fourierAlong: Rewrite = (node, [x, length], op) => {
  const axis = op.scalar(node.int("axis", 1), "int64");
  return op.repeatNode(node, [x, length, axis], [node.outputs[0]!.type], ["axis"]);
};

/** Windows of a signal [N, length, parts] that begin every so many elements, each one transformed. */
export const shortTimeFourier: Rewrite = (node, [signal, given, window, size], op) => {
  if (limitOf(node)) return undefined;
  const step = constantNumbers(given)![0]!;
  const length = window?.shape[0] ?? constantNumbers(size)![0]!;
  const [batch, frames, bins] = node.outputs[0]!.shape as [number, number, number];
  const places = Array.from({ length: frames * length }, (_, i) => Math.floor(i / length) * step + (i % length));
  const cut = op.gather(signal!, op.constant(tensor("int64", places, [frames, length]), "frames"), 1);
  const shown = window ? op.mul(cut, op.reshape(window, [length, 1])) : cut;
  const type = { dtype: signal!.dtype, shape: [batch, frames, bins, 2] };
  return op.emit("DFT", [shown, undefined, op.scalar(2, "int64")], [type], { onesided: node.int("onesided", 1) });
};
