/** Writes the layers into .oxlintrc.json, whose overrides forbid what goes against them, and into the file map of AGENTS.md. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packages } from "./layers.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const packageNames = ["@xstar/core", "@xstar/results", "@xstar/runs", "@xstar/studio", "xstar"];

/** The overrides of oxlint: one for each layer. */
export function layerOverrides() {
  return packages.flatMap(({ name, isomorphic, layers, leaves = [] }, at) =>
    layers.map((layer, i) => {
      const left = leaves.length > 0 ? [{ group: leaves, message: onlyOnce }] : [];
      const far = layers.filter(
        (one, j) => j > i || (j !== i && one.beside !== undefined && one.beside === layer.beside),
      );
      const group = [
        ...far.flatMap(({ parts }) => parts.map(importPattern)),
        ...packageNames.slice(at).flatMap((right) => [right, `${right}/**`]),
        ...(isomorphic ? ["node:*"] : []),
        "../index.js",
      ];
      const message = `${titleOf(layer)} of ${name} may import only from layers to its left (scripts/layers.js)`;
      return {
        files: layer.parts.map((part) => filePattern(name, part)),
        rules: { "no-restricted-imports": ["error", { patterns: [{ group, message }, ...left] }] },
      };
    }),
  );
}

const onlyOnce =
  "Pictures, colours, reports, records, plans and words come from the exports of the packages that the command line uses";

const titleOf = ({ parts }) => parts.join(", ");
const isFolder = (part) => part.endsWith("/");
const importPattern = (part) => (isFolder(part) ? `**/${part}**` : `**/${part}.js`);
const filePattern = (name, part) =>
  `packages/${name}/src/${isFolder(part) ? `${part}**/*` : part}.${name === "studio" ? "{ts,svelte}" : "ts"}`;

/** The packages and their layers as the file map of AGENTS.md has them. */
export function fileMap() {
  return packages
    .flatMap(({ name, is, layers }) => [
      line(`packages/${name}/src/`, is),
      ...layers.map((layer) => line(`  ${layer.parts.join(" ")}`, `${layer.holds}; not: ${layer.not}`)),
    ])
    .join("\n");
}

const column = 28;
const width = 130;

/** A name and what is said of it, which goes on below itself. */
function line(name, text) {
  const lines = [name.length < column ? name.padEnd(column) : `${name} `];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last].length + word.length > width) lines.push(" ".repeat(column) + word);
    else lines[last] += (/\s$/.test(lines[last]) ? "" : " ") + word;
  }
  return lines.join("\n");
}

const isOfLayers = ({ files, rules }) =>
  "no-restricted-imports" in rules && !files.some((file) => file.includes("test"));

/** What .oxlintrc.json should hold: its own settings, with the overrides of the layers before its others. */
export function withLayers(config) {
  return { ...config, overrides: [...layerOverrides(), ...config.overrides.filter((one) => !isOfLayers(one))] };
}

const mapBounds = /(<!-- layers -->\n\n```\n)[\s\S]*?(\n```\n\n<!-- \/layers -->)/;

/** What AGENTS.md should hold. */
export function withFileMap(text) {
  return text.replace(mapBounds, (_, before, after) => `${before}${fileMap()}${after}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [config, agents] = [join(root, ".oxlintrc.json"), join(root, "AGENTS.md")];
  writeFileSync(config, `${JSON.stringify(withLayers(JSON.parse(readFileSync(config, "utf8"))), undefined, 2)}\n`);
  writeFileSync(agents, withFileMap(readFileSync(agents, "utf8")));
  spawnSync(process.execPath, [join(root, "node_modules", "oxfmt", "bin", "oxfmt"), config, agents], {
    stdio: "inherit",
  });
}
