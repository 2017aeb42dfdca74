import {
  suggest,
  standard,
  withDefinitions,
  XstarError,
  type DefinitionKind,
  type fields,
  type Vocabulary,
} from "@xstar/core";
import type { Command } from "commander";
import { loadDefinitions } from "../../load-definitions.js";
import { printableJson, printableLines } from "../../terminal/printable.js";
import { collect } from "../flags.js";

/** Everything that specs and flags name, with where the command line takes it. */
const kinds = {
  explanations: { use: "--method TYPE:name=value,... of xstar explain", kind: "explanation" },
  objectives: { use: "in a target, as in lp:p=4, or as JSON", kind: "objective" },
  parameterizations: { use: "--parameterization TYPE:name=value,...", kind: "parameterization" },
  transforms: { use: "--transform TYPE:name=value,..., in the order in which they are given", kind: "transform" },
  optimizers: { use: "--optimizer TYPE:name=value,...", kind: "optimizer" },
  schedules: { use: "--schedule TYPE:name=value,...", kind: "schedule" },
  starts: { use: "--start TYPE:name=value,...", kind: "start" },
  recipes: { use: "--recipe TYPE:name=value,...", kind: "recipe" },
  overrides: { use: "--override NAME", kind: "override" },
  rules: { use: "by themselves, for the operators that they are named after", kind: "rule" },
} as const satisfies Readonly<Record<string, { readonly use: string; readonly kind: DefinitionKind }>>;

export function addList(command: Command): void {
  command
    .option("--use <module>", "a module with definitions of your own, listed too", collect)
    .option("--json", "print the tables as JSON")
    .addHelpText(
      "after",
      `
KIND is one of ${Object.keys(kinds).join(", ")}; all of them when left out.

Examples:
  xstar list
  xstar list transforms
  xstar list objectives --json
  xstar list --use ./my-parts.js`,
    )
    .action(async (kind: string | undefined, { json, use = [] }: { json?: boolean; use?: readonly string[] }) => {
      const chosen = entries.filter(([name]) => kind === undefined || name === kind);
      if (chosen.length === 0) {
        throw new XstarError("bad-argument", `There is no kind "${kind}" to list`, {
          hint: suggest(kind!, Object.keys(kinds)),
        });
      }
      const vocabulary = withDefinitions(standard, await loadDefinitions(use));
      const tables = chosen.map(([name, one]) => ({ name, use: one.use, all: listed(vocabulary, one.kind) }));
      const text = json
        ? printableJson(Object.fromEntries(tables.map(({ name, all }) => [name, all.map(asJson)])))
        : printableLines(
            tables
              .filter(({ all }) => all.length > 0)
              .map(describeKind)
              .join("\n\n"),
          );
      process.stdout.write(`${text}\n`);
    });
}

const entries = Object.entries(kinds);

interface Listed {
  readonly type: string;
  readonly doc: string;
  readonly params: fields.Fields;
}

/** The definitions of a kind; overrides and rules have no parameters. */
function listed(vocabulary: Vocabulary, kind: DefinitionKind): Listed[] {
  return Object.values(vocabulary[kind]).map((one) => ({
    type: one.type,
    doc: one.doc,
    params: "params" in one ? one.params : {},
  }));
}

function asJson({ type, doc, params }: Listed) {
  return {
    type,
    doc,
    params: Object.entries(params).map(([name, { kind, doc: about, fallback, optional, choices }]) => ({
      name,
      kind,
      doc: about,
      ...(fallback !== undefined && { default: fallback as unknown }),
      ...(choices && { choices }),
      required: fallback === undefined && !optional,
    })),
  };
}

function describeKind({
  name,
  use,
  all,
}: {
  readonly name: string;
  readonly use: string;
  readonly all: Listed[];
}): string {
  const definitions = all.map(({ type, doc, params }) =>
    [`  ${type}`, `      ${doc}`, ...describeParams(params)].join("\n"),
  );
  return [`${name} (${use})`, ...definitions].join("\n\n");
}

function describeParams(params: fields.Fields): string[] {
  const width = Math.max(0, ...Object.keys(params).map(({ length }) => length));
  return Object.entries(params).map(([name, { doc, fallback, optional, choices }]) => {
    const facts = [
      ...(choices ? [choices.join("|")] : []),
      fallback !== undefined ? `default ${valueText(fallback)}` : optional ? "optional" : "required",
    ];
    return `        ${name.padEnd(width)}  ${doc} (${facts.join("; ")})`;
  });
}

/** A default as the command line takes it. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  if (typeof value === "object" && value !== null && "type" in value) return String(value.type);
  return String(value);
}
