import { fromOrt, Graph, createOps, tensor, writeModel, XstarError, type Provider, type Runtime } from "@xstar/core";
import { defaultThreads, loadOrt } from "./runtime.js";

/** What runs graphs: the processor, or a device beside it. */
export const devices = ["cpu", "webgpu", "cuda", "coreml", "dml"] as const;

/** A device by its name, or the one that is fastest here. */
export type Device = (typeof devices)[number] | "auto";

/** How a device runs graphs. */
export interface DeviceOptions {
  /** Threads of what stays on the processor. @default one a core, up to 8 */
  readonly threads?: number;
}

/** A device of this machine, or what it would need. */
export interface DeviceFacts {
  readonly device: Provider;
  readonly runtime?: Runtime;
  /** Why there is none, in a sentence, and what to do. */
  readonly missing?: string;
  readonly hint?: string | undefined;
}

/**
 * The runtime of a device, which has run a small graph; `auto` is the fastest one at a convolution. Throws `runtime-failure` where this
 * machine lacks what it needs, and says what that is.
 *
 * @example
 * const model = await loadModel("model.onnx", { runtime: await deviceRuntime("webgpu") });
 */
export async function deviceRuntime(device: Device, options: DeviceOptions = {}): Promise<Runtime> {
  if (device === "auto") return fastest(await findDevices(options));
  if (!devices.includes(device))
    throw new XstarError("bad-argument", `There is no device "${String(device)}"`, {
      hint: `Devices are ${devices.join(", ")}, and auto for the fastest: xstar devices says which this machine has`,
    });
  const { runtime, missing, hint } = await findDevice(device, options);
  if (runtime) return runtime;
  throw new XstarError("runtime-failure", missing!, { hint: hint ?? "xstar devices says what this machine has" });
}

/** Every device, with its runtime where this machine has it. */
export async function findDevices(options: DeviceOptions = {}): Promise<DeviceFacts[]> {
  const found: DeviceFacts[] = [];
  for (const device of devices) found.push(await findDevice(device, options));
  return found;
}

async function findDevice(
  device: (typeof devices)[number],
  { threads = defaultThreads }: DeviceOptions,
): Promise<DeviceFacts> {
  const ort = loadOrt();
  // what is missing is said by us
  if (device !== "cpu") ort.env.logLevel = "fatal";
  const known = ort.listSupportedBackends?.().map(({ name }) => name) ?? devices;
  if (!known.includes(device)) return { device, ...absent[device] };
  if (device === "webgpu" && !hasVulkan()) return { device, ...explained(device, "no adapter") };
  const runtime = fromOrt(ort, { provider: device, threads });
  if (device === "cpu") return { device, runtime };
  try {
    await time(runtime, { channels: 1, runs: 1 });
    return { device, runtime };
  } catch (error) {
    return { device, ...explained(device, (error as Error).message) };
  }
}

/** Throws `runtime-failure`, in a sentence, where a runtime computes nothing in float16. */
export async function requireFloat16(runtime: Runtime): Promise<void> {
  const hint = "Leave the precision at float32: xstar devices says what this machine has";
  if (!runtime.host)
    throw new XstarError("runtime-failure", "float16 is for devices: the processor has no units for it", { hint });
  const graph = new Graph("float16");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float16", shape: [1, 1, 2, 2] });
  graph.output(op.conv(op.mul(x, x), op.constant(tensor("float16", [1], [1, 1, 1, 1])), { pads: [0, 0, 0, 0] }));
  try {
    const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 19]]) }));
    await session.run({ x: tensor("float16", [1, 2, 3, 4], [1, 1, 2, 2]) });
    await session.release();
  } catch (cause) {
    const device = runtime.name.split(" ", 1)[0];
    throw new XstarError("runtime-failure", `This machine's ${device} computes nothing in float16`, { hint, cause });
  }
}

/** Whether Linux has the library that finds drivers: where it is not, ONNX Runtime would print a warning of its own. */
function hasVulkan(): boolean {
  if (process.platform !== "linux") return true;
  try {
    process.dlopen({ exports: {} }, "libvulkan.so.1");
    return true;
  } catch (error) {
    return String(error).includes("did not self-register");
  }
}

type Missing = Pick<DeviceFacts, "missing" | "hint">;

/** What is said of devices that ONNX Runtime has no provider for on this system. */
const absent: Readonly<Record<string, Missing>> = {
  webgpu: { missing: `ONNX Runtime has no WebGPU for ${process.platform} ${process.arch}` },
  cuda: { missing: "CUDA runs on Linux x64 only: ONNX Runtime brings it for no other system" },
  coreml: { missing: "Core ML is part of macOS: this system has none" },
  dml: { missing: "DirectML is part of Windows: this system has none" },
};

/** The sentence for what ONNX Runtime says. */
function explained(device: Provider, said: string): Missing {
  if (device === "cuda" && /shared library|providers_(cuda|shared)/.test(said))
    return {
      missing: "CUDA is not installed: ONNX Runtime's library for it, or CUDA 12 with cuDNN 9, is missing",
      hint: "With CUDA 12 and cuDNN 9 there: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node",
    };
  if (device === "cuda" && /no CUDA-capable|driver|error 100/i.test(said))
    return { missing: "CUDA finds no graphics processor of NVIDIA", hint: "See that nvidia-smi lists one" };
  if (device === "webgpu" && /adapter/i.test(said))
    return {
      missing: "WebGPU finds no graphics processor: it needs the driver of one, with Vulkan, Metal or Direct3D 12",
      hint: "On Debian and Ubuntu: apt-get install libvulkan1, and the driver (mesa-vulkan-drivers, or NVIDIA's)",
    };
  return { missing: `${device} does not start: ${said}` };
}

/** The runtime that takes the least time. */
async function fastest(found: readonly DeviceFacts[]): Promise<Runtime> {
  let best: { readonly runtime: Runtime; readonly seconds: number } | undefined;
  for (const { runtime } of found) {
    if (!runtime) continue;
    const seconds = await time(runtime, { channels: 64, runs: 4 });
    if (!best || seconds < best.seconds) best = { runtime, seconds };
  }
  return best!.runtime;
}

/** Seconds of a 3x3 convolution of so many channels: of several runs the best, without the first. */
async function time(runtime: Runtime, { channels, runs }: { channels: number; runs: number }): Promise<number> {
  const graph = new Graph("convolution");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, channels, 56, 56] });
  const weights = tensor("float32", new Float32Array(channels * channels * 9), [channels, channels, 3, 3]);
  graph.output(op.conv(x, op.constant(weights), { pads: [1, 1, 1, 1] }));
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 19]]) }));
  const feeds = { x: tensor("float32", new Float32Array(channels * 56 * 56), [1, channels, 56, 56]) };
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    await session.run(feeds);
    if (i > 0) best = Math.min(best, performance.now() - began);
  }
  await session.release();
  return best / 1000;
}
