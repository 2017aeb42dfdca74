import { cases } from "./cases.js";
import { limits } from "../autodiff/limits.js";
import { allRules } from "../autodiff/rules/table.js";
import { withoutRule } from "../autodiff/without-rule.js";
import { allEntries } from "../families.js";
import {
  dynamicallyQuantizedOperators,
  packedOperators,
  quantizedOperators,
} from "../normalize/quantized-operators.js";
import { standardOperators } from "./standard-operators.js";
import { rewriteTable, upgradeTable } from "../normalize/table.js";
import { knownFailures } from "./known-failures.js";
import { webgpuInPart } from "./webgpu-in-part.js";

export interface OperatorRow {
  readonly name: string;
  /** Operator set versions that introduced or changed it; empty outside the standard domain. */
  readonly since: readonly number[];
  readonly status: "rule" | "rewritten" | "zero by definition" | "none";
  readonly cases: number;
  /** Why it has no rule, or with what it is not rewritten. */
  readonly why?: string;
}

/** Every operator of the standard that runs on float32, and xstar's rules for operators of other domains. */
export async function listOperators(): Promise<OperatorRow[]> {
  const [rules, rewrites, upgrades] = [
    await allRules(),
    await allEntries(rewriteTable),
    await allEntries(upgradeTable),
  ];
  const others = [...Object.keys(rules), ...Object.keys(rewrites)].filter((name) => !standardOperators[name]);
  return [...Object.keys(standardOperators), ...new Set(others)].map((name): OperatorRow => {
    const row = { name, since: standardOperators[name] ?? [], cases: cases[name]?.length ?? 0 };
    if (rules[name]) return { ...row, status: "rule" };
    const excluded = limits[name]?.map(({ what }) => what).join(" or with ");
    if (rewrites[name] || upgrades[name])
      return { ...row, status: "rewritten", ...(excluded && { why: `not with ${excluded}` }) };
    const known = withoutRule[name];
    return { ...row, status: known?.zero ? "zero by definition" : "none", ...(known && { why: known.why }) };
  });
}

/** `docs/operators.md` */
export async function operatorsPage(): Promise<string> {
  const rows = await listOperators();
  const standard = rows.filter(({ since }) => since.length > 0);
  const others = rows.filter(({ since }) => since.length === 0);
  const tested = standard.filter((row) => row.cases > 0).length;
  return `# Operators

<!-- Written by \`npm run docs:operators\` from the tables of rules and cases: do not edit. -->

Every operator of the ONNX standard that ONNX Runtime's CPU provider runs on float32, and how xstar differentiates it: ${standard.length} operators, of which ${tested} are differentiated and checked against finite differences.

- **rule**: has a vector-Jacobian product of its own.
- **rewritten**: becomes operators that have rules before it is differentiated, from the version in which the file has it; a node with what is named there is not, and counts as **none**.
- **zero by definition**: the gradient ends there, without an error.
- **none**: a target behind it is refused by an error that names the node, unless you give a rule or climb [without gradients](gradient-free.md).

Cases are nodes of different attributes and shapes, each of which is compared with central differences in both lowerings. The columns behind say how many of them
run elsewhere and give the same, as \`npm test\` runs them:

- **wasm**: in a browser, by onnxruntime-web.
- **WebGPU**: on the device alone, by ONNX Runtime's WebGPU provider.
- **with help**: there, with a part left to the processor beside it. What neither runs goes to the processor as a whole, and says so.

| operator | since opset | differentiable | cases | wasm | WebGPU | with help |
| --- | --- | --- | --- | --- | --- | --- |
${standard.map(line).join("\n")}

## Other domains

Operators that exporters and optimizers write. The quantized ones become DequantizeLinear, the operator on floats and QuantizeLinear, and are tested together; MatMulInteger and ConvInteger are products of floats where they, or their sums with a bias, are cast to floats.

| operator | differentiable | cases | wasm | WebGPU | with help |
| --- | --- | --- | --- | --- | --- |
${others.map((row) => `| ${row.name} | ${statusOf(row)} | ${countOf(row)} | ${elsewhere(row)} |`).join("\n")}

## What WebGPU does not run

${failures().join("\n")}
`;
}

/** Of the cases how many pass in wasm, on WebGPU alone, and there with help. */
function elsewhere({ name, cases: count }: OperatorRow): string {
  if (count === 0) return " | | ";
  const helped = webgpuInPart[name]?.length ?? 0;
  const failed = Object.keys(knownFailures[name] ?? {}).length;
  return [count, count - helped - failed, helped].map((n) => n || "").join(" | ");
}

/** A line for each operator and reason. */
function failures(): string[] {
  return Object.entries(knownFailures).flatMap(([name, rows]) =>
    [...new Set(Object.values(rows))].map((reason) => {
      const count = Object.values(rows).filter((one) => one === reason).length;
      return `- **${name}** (${count} of ${cases[name]!.length} cases): ${reason}.`;
    }),
  );
}

function line(row: OperatorRow): string {
  return `| ${row.name} | ${row.since.join(", ")} | ${statusOf(row)} | ${countOf(row)} | ${elsewhere(row)} |`;
}

const statusOf = ({ status, why }: OperatorRow) => (why ? `${status}: ${why}` : status);

function countOf({ name, cases: count }: OperatorRow): string {
  if (count > 0) return String(count);
  return quantizedOperators[name] || dynamicallyQuantizedOperators[name] || packedOperators[name] ? "its own test" : "";
}
