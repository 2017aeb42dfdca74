import { standardize } from "../measure/correlation.js";
import { counted, type Check } from "./check.js";
import type { Finding } from "./finding.js";
import type { UnitFacts } from "./observe.js";

/** Units that answer to nothing, always alike, or just as another one. */
interface Sick {
  readonly dead: readonly number[];
  readonly constant: readonly number[];
  readonly saturated: readonly number[];
  /** Pairs of units that answer alike on all pictures. */
  readonly copies: readonly (readonly [number, number])[];
}

/** Correlation from which two units are one: that of copies is 1 but for rounding, that of unlike filters can be 0.9999. */
const alike = 1 - 1e-6;
const fewestPictures = 20;
/** Pictures that a unit has to answer to before it is called a copy. */
const fewestAnswers = 10;

const squashing = new Set(["Sigmoid", "Tanh", "HardSigmoid"]);

export function sickUnits({ opType, least, most, means }: UnitFacts): Sick {
  const units = Array.from(most, (_, u) => u);
  const isDead = (u: number) => most[u]! <= 0 && least[u]! >= 0;
  const dead = units.filter(isDead);
  const constant = units.filter((u) => !isDead(u) && most[u]! - least[u]! <= 1e-6 * Math.max(1, Math.abs(most[u]!)));
  const saturated = squashing.has(opType)
    ? units.filter((u) => least[u]! > 0.99 || (most[u]! < 0.01 && opType !== "Tanh") || most[u]! < -0.99)
    : [];
  const sick = new Set([...dead, ...constant]);
  const healthy = units.filter((u) => !sick.has(u));
  const columns = healthy.map((u) => {
    const answers = means.map((row) => row[u]!);
    const weakest = Math.min(...answers);
    // units that answer to one and the same picture alone are not copies yet
    return answers.filter((x) => x > weakest).length < fewestAnswers ? null : standardize(answers);
  });
  const copies: [number, number][] = [];
  if (means.length >= fewestPictures) {
    for (let i = 0; i < healthy.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [columns[i], columns[j]];
        if (!a || !b || a.reduce((sum, x, k) => sum + x * b[k]!, 0) < alike) continue;
        copies.push([healthy[j]!, healthy[i]!]);
        break;
      }
    }
  }
  return { dead, constant, saturated, copies };
}

/** Share of a layer's units from which a few that are idle become a fault. */
const many = 0.05;
/** A unit that speaks for one class of many is likely silent on fewer pictures for each class (the rule of three, 95 %). */
const picturesPerClass = 3;

/**
 * Whether units are silent that were not so from the start. Of random weights every sign is as likely, and at most one of a unit and its
 * opposite is silent on all inputs: a dense layer begins with up to half of its units silent, and most of them stay so. A filter is
 * seen at so many places that none begins silent.
 */
const areManyDead = ({ isDense, most: { length: of } }: UnitFacts, dead: number) =>
  dead > 1 && dead > (isDense ? of / 2 + Math.sqrt(of) : many * of);

export const units: Check = {
  name: "units",
  needsLabels: false,
  find({ observed }) {
    const findings: Finding[] = [];
    const add = (
      facts: UnitFacts,
      kind: "dead" | "constant" | "saturated" | "copies",
      list: readonly unknown[],
      isMany: boolean,
    ) => {
      if (list.length === 0) return;
      const { layer, most } = facts;
      const what = {
        dead: ["answers to no picture", "answer to no picture"],
        constant: ["answers the same to every picture", "answer the same to every picture"],
        saturated: ["stays at its limit", "stay at their limit"],
        copies: ["is a copy of another one", "are copies of others"],
      }[kind];
      const named = list.slice(0, 8).map((one) => (Array.isArray(one) ? `${one[1]} (of ${one[0]})` : String(one)));
      const more = list.length - named.length;
      findings.push({
        check: kind === "dead" ? "deadUnits" : kind === "copies" ? "copiedUnits" : `${kind}Units`,
        severity: isMany ? "warning" : "note",
        title: `${counted(list.length, "unit")} of ${most.length} in ${layer} ${list.length === 1 ? what[0] : what[1]}`,
        detail: `Over ${observed.names.length.toLocaleString("en")} pictures: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
        advice:
          kind === "copies"
            ? "They take time and add nothing: start training again with other random weights, or cut them"
            : "They take time and add nothing: a smaller learning rate or another start keeps more of them awake",
        numbers: { units: list.length, of: most.length },
      });
    };
    const hasEnough = observed.names.length >= picturesPerClass * observed.classes;
    for (const facts of observed.units) {
      const { dead, constant, saturated, copies } = sickUnits(facts);
      const of = facts.most.length;
      add(facts, "dead", dead, hasEnough && areManyDead(facts, dead.length));
      const isMany = (list: readonly unknown[]) => list.length > many * of && list.length > 1;
      add(facts, "constant", constant, hasEnough && isMany(constant));
      add(facts, "saturated", saturated, hasEnough && isMany(saturated));
      add(facts, "copies", copies, isMany(copies));
    }
    return findings;
  },
};
