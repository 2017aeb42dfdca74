import type { MaximizeFlags } from "@xstar/runs";

/** Where one is in the studio: a path of words, and what is set there. */
export interface Address {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** The address in a hash, such as `#/m/article?t=conv2:7`; what cannot be read is the first screen. */
export function readAddress(hash: string): Address {
  const [, path = "", query = ""] = /^#?([^?]*)\??(.*)$/.exec(hash) ?? [];
  const words = path.split("/").filter((word) => word !== "");
  try {
    return { path: words.map(decodeURIComponent), query: new URLSearchParams(query) };
  } catch {
    return { path: [], query: new URLSearchParams() };
  }
}

export function printAddress(path: readonly string[], query: URLSearchParams = new URLSearchParams()): string {
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%3D", "=");
  return `#/${path.map((word) => encodeURIComponent(word).replaceAll("%3A", ":")).join("/")}${text && `?${text}`}`;
}

/** How a flag of the command line is written in an address: of one letter, a list, a number. */
interface Row {
  readonly key: string;
  readonly is: "text" | "number" | "texts" | "numbers" | "flag";
}

/** Every flag of a run that decides it; an address leaves out what is not set. */
const rows: Readonly<Partial<Record<keyof MaximizeFlags, Row>>> = {
  recipe: { key: "recipe", is: "text" },
  start: { key: "init", is: "texts" },
  steps: { key: "steps", is: "number" },
  seed: { key: "seed", is: "number" },
  batch: { key: "batch", is: "number" },
  restarts: { key: "restarts", is: "number" },
  optimizer: { key: "opt", is: "text" },
  lr: { key: "lr", is: "number" },
  schedule: { key: "schedule", is: "text" },
  transform: { key: "tf", is: "texts" },
  parameterization: { key: "par", is: "text" },
  penalty: { key: "reg", is: "texts" },
  range: { key: "range", is: "text" },
  squash: { key: "squash", is: "text" },
  clip: { key: "clip", is: "number" },
  keep: { key: "keep", is: "text" },
  patience: { key: "patience", is: "number" },
  redirectSteps: { key: "redirect", is: "number" },
  gradientFree: { key: "free", is: "flag" },
  pairs: { key: "pairs", is: "number" },
  size: { key: "size", is: "numbers" },
  pictureSize: { key: "picture", is: "numbers" },
};

/** What an address says of a run. */
export interface RunAddress {
  readonly targets: readonly string[];
  readonly flags: MaximizeFlags;
}

/** Adds a run to the query of an address. */
export function writeRun({ targets, flags }: RunAddress, query = new URLSearchParams()): URLSearchParams {
  for (const target of targets) query.append("t", target);
  for (const [name, row] of Object.entries(rows)) {
    const value = flags[name as keyof MaximizeFlags];
    if (value === undefined) continue;
    const texts = row.is === "texts" ? (value as readonly string[]) : [textOf(value)];
    for (const text of texts) query.append(row.key, text);
  }
  return query;
}

function textOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** The run of an address, and the keys whose values make no sense: they are left out. */
export function readRun(query: URLSearchParams): RunAddress & { readonly ignored: readonly string[] } {
  const flags: Record<string, unknown> = {};
  const ignored: string[] = [];
  for (const [name, { key, is }] of Object.entries(rows)) {
    const texts = query.getAll(key);
    if (texts.length === 0) continue;
    const value = valueOf(texts, is);
    if (value === undefined) ignored.push(key);
    else flags[name] = value;
  }
  return { targets: query.getAll("t"), flags: flags as MaximizeFlags, ignored };
}

function valueOf(texts: readonly string[], is: Row["is"]): unknown {
  const [first = ""] = texts;
  if (is === "texts") return texts;
  if (is === "text") return first;
  if (is === "flag") return first === "1";
  const numbers = first.split(",").map(Number);
  if (first.trim() === "" || !numbers.every(Number.isFinite)) return undefined;
  return is === "number" ? numbers[0] : numbers;
}
