import { defineOptimizer } from "../define/optimizer.js";
import { int, number } from "../define/fields.js";
import type { Value } from "../ir/graph.js";
import { axesAfterFirst } from "../ir/ops/index.js";

/** Least curvature along a move, for its pair to be kept. */
const leastCurvature = 1e-10;

const names = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what}${i + 1}`);

/**
 * L-BFGS by the two-loop recursion, for each variable of each picture on its own (Liu and Nocedal, 1989), without a line
 * search.
 *
 * @example
 * lbfgs({ history: 5 });
 */
export const lbfgs = defineOptimizer({
  type: "lbfgs",
  example: { history: 5 },
  doc: "L-BFGS by the two-loop recursion, for each variable of each picture on its own (Liu and Nocedal, 1989), without a line search",
  params: {
    learningRate: number("share of the quasi-Newton step that is taken", { fallback: 1, min: 0 }),
    history: int("moves that are remembered", { fallback: 10, min: 1, max: 100 }),
  },
  // pairs of how the variable moved and how the descent gradient changed, the newest first; zeros stand for no pair
  slots: ({ history }) => ["variable", "gradient", ...names("moved", history), ...names("turned", history)],
  update(p, { op, variable, gradient: g, slots, step }) {
    const dot = (a: Value, b: Value) => op.reduceSum(op.mul(a, b), axesAfterFirst(a), true);
    const moved = op.sub(variable, slots.variable!);
    const turned = op.sub(slots.gradient!, g);
    const isRepeated = op.and(op.greater(dot(moved, turned), leastCurvature), op.greater(step, 1));
    const pushed = (what: string, newest: Value) =>
      names(what, p.history).map((name, i) =>
        op.where(isRepeated, i === 0 ? newest : slots[`${what}${i}`]!, slots[name]!),
      );
    const [moves, turns] = [pushed("moved", moved), pushed("turned", turned)];

    const curvatures = moves.map((move, i) => dot(move, turns[i]!));
    const inverses = curvatures.map((c) => op.where(op.greater(c, 0), op.reciprocal(op.max(c, leastCurvature)), 0));
    const shares: Value[] = [];
    let direction = g;
    moves.forEach((move, i) => {
      shares.push(op.mul(dot(move, direction), inverses[i]!));
      direction = op.sub(direction, op.mul(turns[i]!, shares[i]!));
    });
    const isFirst = op.equal(curvatures[0]!, 0);
    // without a pair yet no variable moves by more than the gradient, nor all of them together by more than 1
    const careful = op.reciprocal(op.max(op.reduceSum(op.abs(g), axesAfterFirst(g), true), 1));
    const scale = op.div(curvatures[0]!, op.max(dot(turns[0]!, turns[0]!), 1e-30));
    direction = op.mul(direction, op.where(isFirst, careful, scale));
    for (let i = p.history - 1; i >= 0; i--) {
      const back = op.mul(dot(turns[i]!, direction), inverses[i]!);
      direction = op.add(direction, op.mul(moves[i]!, op.sub(shares[i]!, back)));
    }
    const kept = (what: string, values: readonly Value[]) => values.map((value, i) => [`${what}${i + 1}`, value]);
    return {
      change: op.mul(direction, p.learningRate),
      slots: {
        variable,
        gradient: g,
        ...Object.fromEntries([...kept("moved", moves), ...kept("turned", turns)]),
      },
    };
  },
});
