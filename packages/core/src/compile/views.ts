import { parseSpec, type Tensors } from "../define/definition.js";
import type { Affine, AffineDefinition, Outside, PixelwiseDefinition, Size } from "../define/transform.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import type { Tensor } from "../tensor.js";
import type { Vocabulary } from "../define/vocabulary.js";

/** What the model sees of the pictures in a step: transformed views, at the size that it takes. */
export interface Views {
  /** [count x batch, channels, height, width]: the first view of every picture, then the second, ... */
  readonly seen: Value;
  /** Views of each picture. */
  readonly count: number;
  /** What becomes of other pictures [batch, channels, height, width] in the same step, view by view. */
  see(pictures: Value): Value;
  /** The random inputs of a step. */
  sample(step: number): Tensors;
}

type Transforms = Vocabulary["transform"];

interface ViewOptions {
  readonly table: Transforms;
  readonly specs: readonly Spec[];
  /** The size that the model takes. */
  readonly to: Size;
  /** A generator for each picture. */
  readonly rngs: readonly Rng[];
  /** Of signals, which lie as pictures of one row: what moves them moves them along it. @default false */
  readonly isLine?: boolean;
}

interface One<D> {
  readonly definition: D;
  readonly params: Spec;
  /** Place in the chain. */
  readonly index: number;
}

/** A stage of the chain: affine maps that become one resampling, or one change of values. */
type Stage = readonly One<AffineDefinition>[] | One<PixelwiseDefinition>;

const isResampling = (stage: Stage): stage is readonly One<AffineDefinition>[] => Array.isArray(stage);

/**
 * Builds the chain of transforms from the pictures [batch, channels, height, width] to the views that the model sees.
 * Neighbouring affine transforms are composed into one bilinear resampling, the last of which also gives the model's size.
 */
export function buildViews(op: Ops, pictures: Value, { table, specs, to, rngs, isLine = false }: ViewOptions): Views {
  const stages = stagesOf(table, specs);
  if (pictures.rank !== 4) checkUnmoved(stages, pictures);
  const last = stages.findLastIndex(isResampling);
  const samplers: ((step: number) => Tensors)[] = [];
  const changes: ((value: Value) => Value)[] = [];
  let value = pictures;
  let views = 1;
  const change = (how: (value: Value) => Value) => {
    changes.push(how);
    value = how(value);
  };
  stages.forEach((stage, i) => {
    const earlier = views;
    if (isResampling(stage)) {
      if (value.rank !== 4) return;
      const from = sizeOf(value);
      const plan = planResampling(stage, from, { isLine, to: i === last ? to : undefined });
      if (stage.length === 0) return change((x) => resized(op, x, plan.to));
      const maps = op.graph.input(`transform${i}.maps`, {
        dtype: "float32",
        shape: [value.shape[0]!, plan.count, 3, 2],
      });
      samplers.push((step) => ({ [maps.name]: plan.sample(step, rngs, earlier) }));
      change((x) => resample(op, x, { maps, to: plan.to, outside: plan.outside }));
      views *= plan.count;
      return;
    }
    const { definition, params, index } = stage;
    const shape = value.shape.slice(1);
    const drawn = (step: number) => {
      const own = rngs.map((rng) => rng.split(index).split(step));
      const shared = earlier === 1 ? [] : own.map((rng) => definition.share?.(params, shape, rng.split("views")));
      return stack(
        Array.from({ length: earlier * rngs.length }, (_, k) => {
          const picture = k % rngs.length;
          const rng = own[picture]!;
          if (earlier === 1) return definition.sample(params, shape, rng);
          return definition.sample(params, shape, rng.split(Math.floor(k / rngs.length)), shared[picture]);
        }),
        `transform${i}.`,
      );
    };
    const inputs = Object.fromEntries(
      Object.entries(drawn(0)).map(([name, t]) => [name.slice(name.indexOf(".") + 1), op.graph.input(name, t)]),
    );
    samplers.push(drawn);
    change((x) => definition.build(params, x, inputs, op));
  });
  return {
    seen: value,
    count: views,
    see: (others) => changes.reduce((x, how) => how(x), others),
    sample: (step) => Object.assign({}, ...samplers.map((draw) => draw(step))),
  };
}

/** The pictures as they are, at another size: bilinear, without a transform. */
export function resized(op: Ops, pictures: Value, to: Size): Value {
  return op.resize(pictures, [...pictures.shape.slice(0, 2), to.height, to.width]);
}

function stagesOf(table: Transforms, specs: readonly Spec[]): Stage[] {
  const stages: (One<AffineDefinition>[] | One<PixelwiseDefinition>)[] = [];
  specs.forEach((spec, index) => {
    const { definition, spec: params } = parseSpec(table, spec, "transform");
    const before = stages.at(-1);
    if (definition.form === "pixelwise") stages.push({ definition, params, index });
    else if (Array.isArray(before)) before.push({ definition, params, index });
    else stages.push([{ definition, params, index }]);
  });
  if (!stages.some((stage) => Array.isArray(stage))) stages.unshift([]);
  return stages;
}

/** How many views of every picture a chain of transforms makes. */
export function viewCount(table: Transforms, specs: readonly Spec[]): number {
  const counts = specs.map((given) => {
    const { definition, spec } = parseSpec(table, given, "transform");
    return definition.form === "affine" ? (definition.views?.(spec) ?? 1) : 1;
  });
  return product(counts);
}

const product = (counts: readonly number[]) => counts.reduce((a, b) => a * b, 1);

function checkUnmoved(stages: readonly Stage[], { shape }: Value): void {
  const mover = stages.flatMap((stage) => (isResampling(stage) ? stage : []))[0];
  if (!mover) return;
  throw new XstarError(
    "bad-argument",
    `The transform "${mover.params.type}" does not fit an input of shape [${shape}]: it has no height and width`,
  );
}

interface Resampling {
  readonly to: Size;
  readonly count: number;
  readonly outside: Outside;
  /** Maps of one step, [pictures x earlier views, count, 3, 2]. */
  sample(step: number, rngs: readonly Rng[], earlier: number): Tensor;
}

function planResampling(
  stage: readonly One<AffineDefinition>[],
  from: Size,
  { isLine, to }: { readonly isLine: boolean; readonly to: Size | undefined },
): Resampling {
  if (isLine) checkLine(stage);
  const sizes = [from];
  for (const { definition, params } of stage) {
    const size = definition.resize?.(params, sizes.at(-1)!) ?? sizes.at(-1)!;
    sizes.push(isLine ? { ...size, height: from.height } : size);
  }
  const frame = sizes.at(-1)!;
  const goal = to ?? frame;
  const counts = stage.map(({ definition, params }) => definition.views?.(params) ?? 1);
  const count = product(counts);
  const outside = stage.reduce<Outside>(
    (before, { definition, params }) => definition.outside?.(params) ?? before,
    "edge",
  );
  return {
    to: goal,
    count,
    outside,
    sample(step, rngs, earlier) {
      const maps = new Float32Array(rngs.length * earlier * count * 6);
      for (let picture = 0; picture < rngs.length * earlier; picture++) {
        for (let view = 0; view < count; view++) {
          // the last transform is nearest to the model: a pixel there is traced back through it first
          const map = stage.reduceRight<Affine>(
            (rest, { definition, params, index }, k) => {
              const rng = rngs[picture % rngs.length]!.split(index).split(step);
              const own = count * earlier === 1 ? rng : rng.split(Math.floor(picture / rngs.length) * count + view);
              const place = { index: Math.floor(view / product(counts.slice(k + 1))) % counts[k]!, count: counts[k]! };
              const drawn = definition.sample(params, sizes[k]!, own, place);
              return compose(isLine ? alongLine(drawn) : drawn, rest);
            },
            [1, 0, 0, 0, 1, 0],
          );
          maps.set(normalized(map, from, frame), (picture * count + view) * 6);
        }
      }
      return { dtype: "float32", shape: [rngs.length * earlier, count, 3, 2], data: maps };
    },
  };
}

/** The part of a map that goes along the row. */
const alongLine = ([a, , c]: Affine): Affine => [a, 0, c, 0, 1, 0];

function checkLine(stage: readonly One<AffineDefinition>[]): void {
  const turn = stage.find(({ definition }) => definition.needsPlane);
  if (!turn) return;
  throw new XstarError("bad-argument", `The transform "${turn.params.type}" does not fit a signal: it has one axis`, {
    hint: "Leave it out, or move the signal by jitter, scale, flip or crops",
  });
}

/** First `inner`, then `outer`. */
function compose([a, b, c, d, e, f]: Affine, [g, h, i, j, k, l]: Affine): Affine {
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

/**
 * The map from pixels of `frame` to pixels of `from` as GridSample wants it: between coordinates that go from -1 to 1
 * between the outer edges (so that the frame may have any number of pixels), transposed [3, 2].
 */
function normalized(map: Affine, from: Size, frame: Size): number[] {
  const centred: Affine = [frame.width / 2, 0, (frame.width - 1) / 2, 0, frame.height / 2, (frame.height - 1) / 2];
  const [a, b, c, d, e, f] = compose(map, centred);
  const [x, y] = [2 / from.width, 2 / from.height];
  return [a * x, d * y, b * x, e * y, (c + 0.5) * x - 1, (f + 0.5) * y - 1];
}

/** Views of pictures [n, c, h, w] by `maps` [n, count, 3, 2]: [count x n, c, to.height, to.width]. */
function resample(
  op: Ops,
  pictures: Value,
  { maps, to, outside }: { readonly maps: Value; readonly to: Size; readonly outside: Outside },
): Value {
  const [n, channels] = pictures.shape as [number, number];
  const count = maps.shape[1]!;
  const { height, width } = to;
  const grid = op.reshape(op.matMul(op.constant(pixelCentres(to), "pixels"), maps), [n, count * height, width, 2]);
  const fill = typeof outside === "number" ? outside : 0;
  const padding = typeof outside === "number" ? "zeros" : outside === "edge" ? "border" : "reflection";
  const shifted = fill === 0 ? pictures : op.sub(pictures, fill);
  const attributes = { mode: "linear", padding_mode: padding, align_corners: 0 };
  const type = { dtype: pictures.dtype, shape: [n, channels, count * height, width] };
  const sampled = op.emit("GridSample", [shifted, grid], [type], attributes)[0]!;
  const filled = fill === 0 ? sampled : op.add(sampled, fill);
  if (count === 1) return filled;
  const split = op.reshape(filled, [n, channels, count, height, width]);
  return op.reshape(op.transpose(split, [2, 0, 1, 3, 4]), [count * n, channels, height, width]);
}

/** Of every pixel x, y and 1, from -1 to 1 between the outer edges: [height x width, 3]. */
function pixelCentres({ height, width }: Size): Tensor {
  const data = new Float32Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[at++] = (2 * x + 1) / width - 1;
      data[at++] = (2 * y + 1) / height - 1;
      data[at++] = 1;
    }
  }
  return { dtype: "float32", shape: [height * width, 3], data };
}

function sizeOf(pictures: Value): Size {
  const [, , height, width] = pictures.shape;
  return { height: height!, width: width! };
}

/** Tensors of the same names and shapes, one above the other. */
function stack(all: readonly Tensors[], prefix: string): Tensors {
  return Object.fromEntries(
    Object.entries(all[0]!).map(([name, first]) => {
      if (all.length === 1) return [`${prefix}${name}`, { ...first, shape: [1, ...first.shape] }];
      const data = new Float32Array(all.length * first.data.length);
      all.forEach((one, i) => data.set(one[name]!.data as Float32Array, i * first.data.length));
      return [`${prefix}${name}`, { dtype: first.dtype, shape: [all.length, ...first.shape], data }];
    }),
  );
}
