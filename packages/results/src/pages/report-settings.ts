import { isSpec, nounOf, type AscentRecord, type InputKind, type Sampling, type Spec } from "@xstar/core";
import { nameOfFile } from "../record/paths.js";
import type { RunFile } from "../record/run-file.js";
import { factsTable } from "./data-table.js";
import { html, type Html, type HtmlPart } from "./html.js";

const ends: Readonly<Record<RunFile["ended"], string>> = {
  steps: "all were taken",
  plateau: "ended early because nothing rose any more",
  aborted: "stopped by hand",
  diverged: "ended before the numbers were no longer finite",
};

/** What was asked of a run. */
export function settingsOf(run: RunFile): Html {
  const { ascent, model, models, generators, recipe, pictures, ended, stepsTaken } = run;
  const { contract } = ascent;
  const lists = (specs: readonly Spec[]) => (specs.length === 0 ? "none" : specs.map(textOf).join("; "));
  const files = { ...models, ...generators };
  const starts = [...new Set(pictures.map(({ start }) => start ?? "as the parameterization begins"))];
  const rows: [string, HtmlPart][] = [
    ["Model", html`${nameOfFile(model.path)}<br /><code>SHA-256 ${model.sha256}</code>`],
    ...Object.entries(files).map(([name, file]): [string, HtmlPart] => [
      `Model ${name}`,
      html`${nameOfFile(file.path)}<br /><code>SHA-256 ${file.sha256}</code>`,
    ]),
    ["Targets", [...new Set(pictures.map(({ target }) => target))].join("; ")],
    ["Recipe", recipe ? textOf(recipe) : "none"],
    ["Steps", `${stepsTaken} of ${ascent.steps}: ${ends[ended]}`],
    ...(ascent.steered ?? []).map(({ after, before }): [string, HtmlPart] => [
      `Steered after step ${after}`,
      `before: ${Object.entries(before).map(beforeText).join("; ")}`,
    ]),
    ["Seed", String(ascent.seed)],
    ["Starts", starts.join("; ")],
    ascent.holds
      ? ["Input", `${ascent.shape.slice(1).join(" × ")}: ${nounOf(ascent.holds.kind)}${rateOf(ascent.holds)}`]
      : ["Picture", `${ascent.shape.slice(1).join(" × ")} (channels, height, width)`],
    ...Object.entries(ascent.inputs).map(([name, held]): [string, HtmlPart] => [`Input ${name}`, heldText(held)]),
    ["Parameterization", textOf(ascent.parameterization)],
    ["Transforms", lists(ascent.transforms)],
    ["Optimizer", textOf(ascent.optimizer)],
    ["Schedule", textOf(ascent.schedule)],
    ...(ascent.gradientFree ? [["Gradient", estimated(ascent.gradientFree)] satisfies [string, HtmlPart]] : []),
    ["Objective", lists([...new Map(ascent.objectives.map((one) => [textOf(one), one])).values()])],
    ["Result", `the ${ascent.keep === "best" ? "best" : "last"} ${ascent.holds ? "step" : "picture"}`],
    [
      "Input of the model",
      contract
        ? textOf({ type: "contract", ...contract })
        : `the ${ascent.holds ? "numbers" : "picture"} as ${ascent.holds ? "they are" : "it is"}`,
    ],
    ...ascent.assumed.map((sentence): [string, HtmlPart] => ["Assumed", sentence]),
    ["Run by", `xstar ${run.xstar}, ${ascent.runtime}, ${run.threads} ${run.threads === 1 ? "thread" : "threads"}`],
    ["On", `Node ${run.platform.node}, ${run.platform.system}, ${run.platform.processor}`],
  ];
  return html`<h2>What was asked</h2>
    ${factsTable({ caption: "The settings of the run", columns: ["Setting", "Value"], rows })}`;
}

function beforeText([name, value]: [string, unknown]): string {
  const specs = Array.isArray(value) ? (value as Spec[]) : isSpec(value) ? [value] : undefined;
  return `${name} ${specs ? specs.map(textOf).join(", ") : String(value)}`;
}

const rateOf = ({ rate }: InputKind) => (rate === undefined ? "" : `, ${rate} samples a second`);

/** What another input held. */
function heldText(held: AscentRecord["inputs"][string]): string {
  if (typeof held === "number") return `${held} everywhere`;
  if ("drawn" in held) return `drawn at random (${held.drawn}, seed ${held.seed})`;
  if ("maximized" in held) return "maximized together with it";
  const { shape, values } = held;
  return values && values.length <= 8 ? values.join(", ") : `given numbers [${shape.join(", ")}]`;
}

/** A run that asked nothing of the network but its answers. */
const estimated = ({ pairs, deviation }: Sampling) =>
  `none (black box): each step estimates it from ${pairs} pairs of forward passes, changes of deviation ${deviation}`;

/** How to make the pictures of a run again. */
export function repeatRun(run: RunFile): Html {
  const [first] = run.pictures;
  const file = first!.files.find((name) => name.endsWith(".png")) ?? "run.json";
  const { pictures, metrics: _, seconds: __, ...record } = run;
  const modules = (run.use ?? []).map(({ path }) => ` --use ${path}`).join("");
  const rest = {
    ...record,
    pictures: pictures.map(({ target, start, slug, sha256 }) => ({ target, start, slug, sha256 })),
  };
  return html`<h2>How to make it again</h2>
    <p>In the folder of this page, with the model where it was (or named behind <code>maximize</code>):</p>
    <pre tabindex="0" role="region" aria-label="The command">xstar maximize --from ${file}${modules}</pre>
    <details>
      <summary>The full record</summary>
      <pre tabindex="0" role="region" aria-label="The full record">${JSON.stringify(rest, undefined, 2)}</pre>
    </details>`;
}

/** A spec as the command line writes it: `jitter:pixels=4`. */
function textOf({ type, ...params }: Spec): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null);
  const words = given.map(([name, value]) => `${name}=${valueText(value)}`);
  return words.length === 0 ? type : `${type}:${words.join(",")}`;
}

function valueText(value: unknown): string {
  if (typeof value === "object" && value !== null && "type" in value) return `(${textOf(value as Spec)})`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
