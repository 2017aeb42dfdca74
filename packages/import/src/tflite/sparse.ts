import { size, tensor, XstarError, type Tensor } from "@xstar/core";
import { floatsOf, stridesOf } from "../build/arrays.js";
import type { Table } from "../formats/flatbuffer.js";

interface Level {
  readonly isSparse: boolean;
  readonly size: number;
  /** Of a sparse level: where the elements of each parent begin, and their places. */
  readonly segments: readonly number[];
  readonly indices: readonly number[];
}

/** Index lists come as 32, 16 or 8 bits. */
function indexList(table: Table | undefined, type: number): number[] {
  if (!table) return [];
  return type === 1 ? table.ints(0) : type === 2 ? table.shorts(0) : [...table.bytes(0)];
}

/** A tensor that holds only what is not zero, written out: levels in the order of traversal, the blocks' own axes last. */
export function densified(held: Tensor, shape: readonly number[], sparsity: Table): Tensor {
  const order = sparsity.ints(0);
  const blockMap = sparsity.ints(1);
  const levels = sparsity.tables(2).map((one): Level => {
    const isSparse = one.byte(0) === 1;
    return {
      isSparse,
      size: one.int(1),
      segments: indexList(one.table(3), one.byte(2)),
      indices: indexList(one.table(5), one.byte(4)),
    };
  });
  const rank = shape.length;
  const blockSizes = shape.map((_, axis) => {
    const block = blockMap.indexOf(axis);
    return block < 0 ? 1 : levels[order.indexOf(rank + block)]!.size;
  });
  const strides = stridesOf(shape);
  /** How far one step of a level moves in the dense tensor. */
  const steps = order.map((axis) =>
    axis < rank ? strides[axis]! * blockSizes[axis]! : strides[blockMap[axis - rank]!]!,
  );
  const values = floatsOf(held);
  const dense = new Float32Array(size(shape));
  const visit = (level: number, position: number, place: number): void => {
    const one = levels[level];
    if (!one) {
      if (place >= dense.length || position >= values.length)
        throw new XstarError("bad-model", "A sparse constant does not fit its shape");
      dense[place] = values[position]!;
    } else if (one.isSparse) {
      for (let i = one.segments[position] ?? 0; i < (one.segments[position + 1] ?? 0); i++)
        visit(level + 1, i, place + one.indices[i]! * steps[level]!);
    } else {
      for (let i = 0; i < one.size; i++) visit(level + 1, position * one.size + i, place + i * steps[level]!);
    }
  };
  visit(0, 0, 0);
  return tensor("float32", dense, shape);
}
