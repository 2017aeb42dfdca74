import type { MaximizeFlags } from "@xstar/runs";
import type { RunAddress } from "./address.js";

const names: Readonly<Partial<Record<keyof MaximizeFlags, string>>> = {
  lr: "--lr",
  redirectSteps: "--redirect-steps",
  pictureSize: "--picture-size",
  gradientFree: "--gradient-free",
};

const flagOf = (name: string) => names[name as keyof MaximizeFlags] ?? `--${name}`;

/** The command line that makes the same run; `from` is the picture whose record says the rest. */
export function commandOf(path: string, { targets, flags }: RunAddress, from?: string): string {
  const options = Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [flagOf(name)];
    const texts = Array.isArray(value) && typeof value[0] === "string" ? (value as string[]) : [`${value as string}`];
    return texts.map((text) => `${flagOf(name)} ${quoted(text)}`);
  });
  const asked = from === undefined ? [quoted(path), ...targets.map(quoted)] : [`--from ${quoted(from)}`];
  return ["xstar maximize", ...asked, ...options].join(" ");
}

/** The same as a program. */
export function snippetOf(path: string, { targets, flags }: RunAddress): string {
  const { recipe, start, steps, seed, schedule, clip, keep, patience, redirectSteps, pairs, pictureSize: size } = flags;
  const gradientFree = flags.gradientFree && pairs !== undefined ? { pairs } : flags.gradientFree;
  const plain = { recipe, start, steps, seed, clip, keep, patience, redirectSteps, size, gradientFree };
  const words = Object.entries({
    optimizer:
      flags.optimizer && (flags.lr === undefined ? flags.optimizer : `${flags.optimizer},learningRate=${flags.lr}`),
    schedule,
    parameterization: flags.parameterization,
  }).filter(([, text]) => text !== undefined);
  const transforms = flags.transform?.filter((text) => text !== "none");
  const kinds = [...words.map(([name]) => name), ...(transforms?.length ? ["transform"] : [])];
  const lines = [
    ...Object.entries(plain).flatMap(([name, value]) =>
      value === undefined ? [] : [`  ${name}: ${JSON.stringify(value)},`],
    ),
    ...words.map(
      ([name, text]) => `  ${name}: parseWords(standard, ${JSON.stringify(name)}, ${JSON.stringify(text)}),`,
    ),
    ...(transforms
      ? [
          `  transforms: [${transforms.map((text) => `parseWords(standard, "transform", ${JSON.stringify(text)})`).join(", ")}],`,
        ]
      : []),
  ];
  const penalties = (flags.penalty ?? []).map((text) => {
    const at = text.lastIndexOf("=");
    return ` - ${text.slice(at + 1)}*${text.slice(0, at)}`;
  });
  const aims = targets.map((target) => JSON.stringify(target + penalties.join("")));
  const imports = kinds.length > 0 ? "loadModel, maximize, parseWords, standard" : "loadModel, maximize";
  return `import { ${imports} } from "xstar";

const model = await loadModel(${JSON.stringify(path)});
const { images } = await maximize(model, ${aims.length === 1 ? aims[0] : `[${aims.join(", ")}]`}, {
${lines.join("\n")}
});
await images[0].save("picture.png");
`;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
