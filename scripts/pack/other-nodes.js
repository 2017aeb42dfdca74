/** Runs what a stranger installs under other versions of Node, whose programs come from the registry: `npm run other-nodes`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, tensor, writeModel } from "../../packages/core/dist/index.js";
import { installXstar, packAll, run } from "./install.js";

const versions = ["22", "24"];
const place = mkdtempSync(join(tmpdir(), "xstar-nodes-"));
const [tarballs, home] = [join(place, "tarballs"), join(place, "home")];

/** relu(conv(x)) on pictures of 6 x 6. */
function tinyModel() {
  const graph = new Graph("tiny");
  const op = createOps(graph, "cpu", "tiny");
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 6, 6] });
  const weights = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
  graph.publish(op.relu(op.conv(x, op.constant(tensor("float32", weights, [4, 1, 3, 3]), "weights"))), "conv");
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

const program = `
const { loadModel, maximize } = require("xstar");
loadModel("tiny.onnx")
  .then((model) => maximize(model, "conv:1", { steps: 2 }))
  .then(({ picture }) => console.log(String(picture.shape)));
`;

async function install(version) {
  const folder = join(place, `node-${version}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}\n");
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await run(folder, "npm", ["install", `${name}@${version}`, ...flags]);
  return join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
}

try {
  await packAll(tarballs);
  await installXstar(tarballs, home);
  writeFileSync(join(home, "tiny.onnx"), tinyModel());
  writeFileSync(join(home, "run.cjs"), program);
  for (const version of versions) {
    const node = await install(version).catch(() => undefined);
    if (node === undefined) {
      console.log(`Node ${version} is not to be had from the registry: not tried`);
      continue;
    }
    const exact = (await run(home, node, ["--version"])).trim();
    const told = await run(home, node, [join("node_modules", "xstar", "bin", "xstar.js"), "inspect", "tiny.onnx"]);
    if (!told.includes("conv")) throw new Error(`xstar inspect says under Node ${exact}: ${told}`);
    const shape = (await run(home, node, ["run.cjs"])).trim();
    if (shape !== "1,1,6,6") throw new Error(`A picture has the shape ${shape} under Node ${exact}`);
    console.log(`Node ${exact}: the command line and the library run`);
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
