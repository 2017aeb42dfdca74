/** The page of every part, from the tables that the library itself reads. */
import { printWords, standard } from "../../packages/xstar/dist/index.js";

const kinds = {
  objective: "Objectives",
  parameterization: "Parameterizations",
  transform: "Transforms",
  optimizer: "Optimizers",
  schedule: "Schedules",
  start: "Starts",
  recipe: "Recipes",
  override: "Overrides",
};

const intro = {
  objective: "What is made large. In words: `conv2:7`, `tv`, `lp:p=4`; sums, differences, products and powers of them.",
  parameterization: "What the picture is made of. On the command line `--parameterization`.",
  transform: "What happens to the picture before the network sees it. On the command line `--transform`.",
  optimizer: "How variables go uphill. On the command line `--optimizer`.",
  schedule: "How the learning rate changes over the run. On the command line `--schedule`.",
  start: "How the first picture is filled. On the command line `--init`.",
  recipe: "Settings that go together. On the command line `--recipe`.",
  override: "Rules in the place of true gradients, for better pictures. On the command line `--override`.",
};

const cell = (text) => String(text).replaceAll("|", "\\|").replaceAll("<", "&lt;");

function valueOf(fallback) {
  if (fallback === undefined) return "";
  const text = typeof fallback === "object" ? JSON.stringify(fallback) : String(fallback);
  return `\`${text.length > 60 ? `${text.slice(0, 57)}...` : text}\``;
}

function rowOf([name, field]) {
  const choices = field.choices ? ` (${field.choices.map((one) => `\`${one}\``).join(", ")})` : "";
  const left =
    field.fallback !== undefined ? valueOf(field.fallback) : field.optional ? "may be left out" : "**needed**";
  return `| \`${name}\` | ${cell(field.doc)}${choices} | ${cell(left)} |`;
}

function partOf(kind, { type, doc, params = {}, example }) {
  const rows = Object.entries(params).map(rowOf);
  const table = rows.length === 0 ? [] : ["| parameter | is | default |", "| --- | --- | --- |", ...rows];
  const words = example === undefined ? [] : [`\`${wordsOf(kind, { type, ...example })}\``, ""];
  return [`### ${type} {#${kind}-${type.toLowerCase()}}`, "", `${cell(doc)}.`, "", ...words, ...table, ""].join("\n");
}

function wordsOf(kind, spec) {
  return kind === "override" ? spec.type : printWords(standard, kind, spec);
}

export async function partsPage() {
  const sections = Object.entries(kinds).map(([kind, title]) =>
    [`## ${title}`, "", intro[kind], "", ...Object.values(standard[kind]).map((one) => partOf(kind, one))].join("\n"),
  );
  const head =
    "Every part that comes with xstar, as `xstar list` has it. The library takes each by name, in words, or typed.";
  return `---\noutline: [2, 3]\n---\n\n# Every part\n\n${head}\n\n${sections.join("\n")}`;
}
