import {
  objectives,
  optimizers,
  overrides,
  parameterizations,
  recipes,
  schedules,
  starts,
  transforms,
  nearest,
  oneOf,
  XstarError,
  type fields,
} from "@xstar/core";
import type { DefinitionTable } from "@xstar/runs";
import type { Command } from "commander";

interface Kind {
  readonly use: string;
  readonly table: DefinitionTable;
}

/** Overrides are names without parameters. */
const overrideTable: DefinitionTable = Object.fromEntries(
  Object.entries(overrides).map(([type, { doc }]) => [
    type,
    Object.assign(() => ({ type }), { type, doc, params: {} }),
  ]),
);

/** Everything that specs are made of, with where the command line takes it. */
const kinds: Readonly<Record<string, Kind>> = {
  objectives: { use: "in a target, as in lp:p=4, or as JSON", table: objectives },
  parameterizations: { use: "--parameterization TYPE:name=value,...", table: parameterizations },
  transforms: { use: "--transform TYPE:name=value,..., in the order in which they are given", table: transforms },
  optimizers: { use: "--optimizer TYPE:name=value,...", table: optimizers },
  schedules: { use: "--schedule TYPE:name=value,...", table: schedules },
  starts: { use: "--init TYPE:name=value,...", table: starts },
  recipes: { use: "--recipe TYPE:name=value,...", table: recipes },
  overrides: { use: "--override NAME", table: overrideTable },
};

export function addList(program: Command): void {
  program
    .command("list [kind]")
    .description("Lists what xstar maximize is made of, with all parameters")
    .option("--json", "print the tables as JSON")
    .addHelpText(
      "after",
      `
KIND is one of ${Object.keys(kinds).join(", ")}; all of them when left out.

Examples:
  xstar list
  xstar list transforms
  xstar list objectives --json`,
    )
    .action((kind: string | undefined, { json }: { json?: boolean }) => {
      const chosen = Object.entries(kinds).filter(([name]) => kind === undefined || name === kind);
      if (chosen.length === 0) {
        throw new XstarError("bad-argument", `There is no kind "${kind}" to list`, {
          hint: `Did you mean ${oneOf(nearest(kind!, Object.keys(kinds)))}?`,
        });
      }
      const text = json
        ? JSON.stringify(Object.fromEntries(chosen.map(([name, { table }]) => [name, asJson(table)])), undefined, 2)
        : chosen.map(([name, one]) => describeKind(name, one)).join("\n\n");
      process.stdout.write(`${text}\n`);
    });
}

function asJson(table: DefinitionTable) {
  return Object.entries(table).map(([type, { doc, params }]) => ({
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
  }));
}

function describeKind(name: string, { use, table }: Kind): string {
  const definitions = Object.entries(table).map(([type, { doc, params }]) =>
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
