import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes index.html: the pictures that are there so far of every part, with their targets and activations. */
export async function writeIndex(folder, parts) {
  const sections = parts.flatMap((part) => {
    const manifest = join(folder, part.name, "manifest.json");
    return existsSync(manifest) ? [section(part, JSON.parse(readFileSync(manifest, "utf8")))] : [];
  });
  await writeFile(join(folder, "index.html"), page(sections.join("\n")));
}

function section({ name, title, says, model }, { targets }) {
  const figures = targets.map((entry) => (entry.status === "done" ? figure(name, entry) : ""));
  const failed = targets.filter(({ status }) => status === "failed");
  const broken = failed.map(({ target, reason }) => `<p>${escape(target)}: ${escape(reason)}</p>`);
  return `<h2>${escape(title)}</h2>
<p>${escape(says)} Made from <code>${escape(model)}</code>, with seed 0; what else it takes to repeat them is in
<a href="${name}/manifest.json">manifest.json</a>, and in the PNG files themselves.</p>
<div>${figures.join("\n")}</div>${broken.join("\n")}`;
}

function figure(name, { target, file, activation: { start, end } }) {
  const image = `<img src="${name}/${file}" alt="${escape(`what excites ${target}`)}" loading="lazy">`;
  const from = Number(start.toPrecision(3));
  const to = Number(end.toPrecision(3));
  return `<figure><a href="${name}/${file}">${image}</a><figcaption>${escape(target)}<br>${from} → ${to}</figcaption></figure>`;
}

const page = (body) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What networks want to see</title>
<style>
  body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #eee; background: #333 }
  a { color: inherit }
  div { display: flex; flex-wrap: wrap; gap: 1rem }
  figure { margin: 0; width: 9rem }
  img { width: 100%; background: #777; image-rendering: pixelated }
  figcaption { font-size: .75rem; overflow-wrap: anywhere }
</style>
<h1>What networks want to see</h1>
<p>Each picture was made from nothing (or from a photograph, where it says so) by changing it until one part of a network
reacted as strongly as it could. Below it stand that part, and how strongly it reacted at the start and at the end.</p>
${body}
</html>
`;

const escape = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
