import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** What decides the last bits of ONNX Runtime's numbers: on machines of one flavour they are equal. */
export function processorFlavour(runtime: string): string {
  const { vendor, vectors } = processor();
  return [process.platform, process.arch, vendor, vectors, libc(), runtime].filter(Boolean).join(", ");
}

/** The widest of the instruction sets that ONNX Runtime has kernels of its own for. */
const instructionSets = ["avx512f", "avx2", "avx", "sve", "asimd"];

function processor(): { vendor: string; vectors: string } {
  const info = "/proc/cpuinfo";
  const text = existsSync(info) ? readFileSync(info, "utf8") : "";
  const field = (name: RegExp) => new RegExp(`^(?:${name.source})\\s*:\\s*(.*)$`, "m").exec(text)?.[1];
  const flags = new Set((field(/flags|Features/) ?? "").split(" "));
  return {
    vendor: field(/vendor_id|CPU implementer/) ?? cpus()[0]?.model ?? "unknown processor",
    vectors: instructionSets.find((one) => flags.has(one)) ?? "",
  };
}

/** Some operators take their functions (arc tangent, powers) from the C library. */
function libc(): string {
  if (process.platform !== "linux") return "";
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : "";
}
