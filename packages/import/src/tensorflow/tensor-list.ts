import { tensor, XstarError } from "@xstar/core";
import { filled } from "../build/arrays.js";
import type { Builder } from "../build/builder.js";
import { wholeNumbers, type Symbolic } from "../build/symbolic.js";
import { concat, slice, squeeze, unsqueeze } from "../ops/shapes.js";

/** What loops gather: a list of values of one shape; undefined where nothing was set yet. */
export class TensorList {
  constructor(readonly items: readonly (Symbolic | undefined)[]) {}
}

type Given = Symbolic | TensorList;
type ListOp = (b: Builder, inputs: readonly Given[]) => Given;

/** Most elements of a list: a damaged file may ask for any number. */
const longest = 4096;

function sizeIn(x: Given | undefined, what: string): number {
  const [count] = wholeNumbers(x as Symbolic, what);
  if (count !== undefined && count >= 0 && count <= longest) return count;
  throw new XstarError("unsupported-model", `${what} is ${count}, which is not supported`);
}

const itemsOf = (list: Given | undefined): readonly (Symbolic | undefined)[] => {
  if (list instanceof TensorList) return list.items;
  throw new XstarError("unsupported-model", "A list of tensors is made in a way that is not supported");
};

const unstack: ListOp = (b, [given]) => {
  const x = given as Symbolic;
  const [count] = x.dims;
  if (count === undefined || count > longest)
    throw new XstarError("unsupported-model", "A loop over a free number of steps is not supported", {
      hint: "Save the model with the number of steps in its input shape",
    });
  return new TensorList(
    Array.from({ length: count }, (_, i) => squeeze(b, slice(b, x, [{ axis: 0, start: i, end: i + 1 }]), [0])),
  );
};

/** What was never set is zeros, of the shape of the others. */
const zerosLike = (b: Builder, shape: Given | undefined) => {
  if (shape) return b.constant(filled(wholeNumbers(shape as Symbolic, "The shape of a list's elements"), 0), "zeros");
  throw new XstarError("unsupported-model", "An element of a list is read before it is set, which is not supported");
};

const get: ListOp = (b, [list, index, shape]) =>
  itemsOf(list).at(sizeIn(index, "The place in a list")) ?? zerosLike(b, shape);

const set: ListOp = (_, [list, index, item]) => {
  const items = [...itemsOf(list)];
  items[sizeIn(index, "The place in a list")] = item as Symbolic;
  return new TensorList(items);
};

const stack: ListOp = (b, [list, shape]) => {
  const items = itemsOf(list).map((item) => unsqueeze(b, item ?? zerosLike(b, shape), [0]));
  if (items.length > 0) return concat(b, items, 0);
  throw new XstarError("unsupported-model", "An empty list of tensors is stacked, which is not supported");
};

/** Places 0, 1, 2, ... alone. */
function allInOrder(indices: Given | undefined, count: number): void {
  const places = wholeNumbers(indices as Symbolic, "The places in a list");
  if (places.length === count && places.every((place, i) => place === i)) return;
  throw new XstarError("unsupported-model", "A list of tensors is taken out of order, which is not supported");
}

/** Operations on lists of tensors. */
export const listOps: Readonly<Record<string, ListOp>> = {
  TensorArrayV3: (_, [count]) =>
    new TensorList(Array.from({ length: sizeIn(count, "The length of a list") }, () => undefined)),
  TensorArraySizeV3: (b, [, list]) => b.constant(tensor("int64", [itemsOf(list).length], []), "length"),
  TensorArrayReadV3: (b, [, index, list]) => get(b, [list!, index!]),
  TensorArrayWriteV3: (b, [, index, item, list]) => set(b, [list!, index!, item!]),
  TensorArrayScatterV3: (b, [, indices, x]) => {
    const list = unstack(b, [x!]);
    allInOrder(indices, itemsOf(list).length);
    return list;
  },
  TensorArrayGatherV3: (b, [, indices, list]) => {
    allInOrder(indices, itemsOf(list).length);
    return stack(b, [list!]);
  },
  TensorListReserve: (_, [, count]) =>
    new TensorList(Array.from({ length: sizeIn(count, "The length of a list") }, () => undefined)),
  EmptyTensorList: () => new TensorList([]),
  TensorListPushBack: (_, [list, item]) => new TensorList([...itemsOf(list), item as Symbolic]),
  TensorListFromTensor: unstack,
  TensorListGetItem: get,
  TensorListSetItem: set,
  TensorListStack: stack,
  TensorListLength: (b, [list]) => b.constant(tensor("int64", [itemsOf(list).length], []), "length"),
};
