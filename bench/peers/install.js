/** Makes bench/.peers: PyTorch in a virtual environment, TensorFlow.js beside it. Only for measuring: npm run bench:peers */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), ".peers");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) {
    console.error(`Stopped: ${command} ${args.join(" ")} failed`);
    process.exit(1);
  }
}
run("python3", ["-m", "venv", "venv"]);
run(join(folder, "venv", "bin", "python"), ["-m", "pip", "install", "torch", "numpy", "onnx", "onnx2torch"]);
run("npm", ["install", "--no-audit", "--no-fund", "@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"]);
