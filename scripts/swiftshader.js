import { existsSync } from "node:fs";

const folder = "/usr/lib/chromium";

/** Whether this machine can run WebGPU without a graphics processor: Debian's Chromium brings a Vulkan driver in software. */
export const hasSwiftShader = process.platform === "linux" && existsSync(`${folder}/libvk_swiftshader.so`);

/** Lets ONNX Runtime find that driver in this process. */
export function loadSwiftShader() {
  if (!hasSwiftShader) return;
  process.env.VK_ICD_FILENAMES = `${folder}/vk_swiftshader_icd.json`;
  const [lazy, global, keep] = [0x1, 0x100, 0x1000];
  try {
    process.dlopen({ exports: {} }, `${folder}/libvulkan.so.1`, lazy | global | keep);
  } catch (error) {
    // it is no addon of Node, and stays loaded all the same
    if (!String(error).includes("did not self-register")) throw error;
  }
}
