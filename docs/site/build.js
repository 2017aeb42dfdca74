/**
 * npm run docs: builds the site of docs/ into out/docs. It installs what that needs when it first runs.
 *
 * The pages are those of docs/, as they are on disk, beside two that are written here: every part from the tables, and every export
 * from the doc comments.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { partsPage } from "./parts-page.js";

const here = dirname(fileURLToPath(import.meta.url));
const docs = dirname(here);
const root = dirname(docs);
const pages = join(here, ".pages");

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: here, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) throw new Error(`"${command} ${args.join(" ")}" failed`);
}

function install() {
  const stamp = join(here, "node_modules", ".xstar-setup");
  const wanted = createHash("sha256")
    .update(readFileSync(join(here, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
  writeFileSync(stamp, wanted);
}

/** A page of docs/, whose links to other files of the repository lead to copies of them on the site. */
function copyPage(name) {
  const linked = /\]\((?!https?:|#|\/)([^)#\s]+)/g;
  const text = readFileSync(join(docs, name), "utf8").replace(linked, (link, target) => {
    const file = resolve(docs, dirname(name), target);
    if (file.startsWith(docs) || !existsSync(file)) return link;
    const path = join("files", `${relative(root, file).replace(/\.md$/, "")}.md`);
    writePage(path, file.endsWith(".md") ? readFileSync(file, "utf8") : fenced(file));
    return `](${relative(dirname(name), path).replaceAll("\\", "/")}`;
  });
  writePage(name, text);
}

const fenced = (file) =>
  `# ${relative(root, file)}\n\n\`\`\`${file.split(".").at(-1)}\n${readFileSync(file, "utf8")}\`\`\`\n`;

function writePage(name, text) {
  mkdirSync(dirname(join(pages, name)), { recursive: true });
  writeFileSync(join(pages, name), text);
}

install();
rmSync(pages, { recursive: true, force: true });
const own = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".md") && !name.startsWith("site"),
);
own.forEach(copyPage);
writePage("index.md", readFileSync(join(here, "home.md"), "utf8"));
cpSync(join(docs, "images"), join(pages, "images"), { recursive: true });
cpSync(join(docs, "images", "gallery-mnist-conv2.png"), join(pages, "public", "hero.png"));
writePage("parts.md", await partsPage());
run(process.execPath, join(here, "node_modules", "typedoc", "bin", "typedoc"));
run(process.execPath, join(here, "node_modules", "vitepress", "bin", "vitepress.js"), "build");
console.log(`Written to ${join(root, "out", "docs")}; to look at it: npm run docs:show`);
