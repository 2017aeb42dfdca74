/** Makes bench/.peers: PyTorch and Lucent in a virtual environment, TensorFlow.js beside it. Only for measuring: npm run bench:peers */
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
const pip = (...args) => run(join(folder, "venv", "bin", "python"), ["-m", "pip", "install", ...args]);
pip("torch", "torchvision", "numpy", "onnx", "onnx2torch", "tqdm", "ipython", "decorator", "pillow");
// without what it names besides: test tools, and releases that no longer install
pip("--no-deps", "torch-lucent==0.1.8", "kornia==0.4.1");
run("npm", ["install", "--no-audit", "--no-fund", "@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"]);
