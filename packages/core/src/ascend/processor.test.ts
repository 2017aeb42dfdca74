import { describe, expect, it, vi } from "vitest";
import { XstarError } from "../errors.js";
import { openModel } from "../model/load.js";
import { logit } from "../objectives/activation.js";
import { adam } from "../optimizers/adaptive.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { runtime as cpu, tinyCnn } from "../testing/models.js";
import { maximize } from "../testing/plain.js";
import { jitter } from "../transforms/affine.js";
import type { Tensor } from "../tensor.js";

type Results = Record<string, Tensor>;

/** A device that is the CPU, of which `change` makes what it gives in its n-th run, and that opens what `refuses` lets. */
function device(
  change: (results: Results, run: number) => Results,
  refuses = false,
): Runtime & { stillOpen(): number } {
  let open = 0;
  let runs = 0;
  return {
    name: "gpu",
    lowering: "webgpu",
    threads: 1,
    host: cpu,
    stillOpen: () => open,
    async open(...given): Promise<Session> {
      if (refuses) throw new XstarError("runtime-failure", "no memory");
      open++;
      const session = await cpu.open(...given);
      return {
        ...session,
        run: async (...feeds) => change(await session.run(...feeds), runs++),
        async release() {
          open--;
          await session.release();
        },
      };
    },
  };
}

const run = (runtime: Runtime) =>
  maximize(openModel(tinyCnn(), { runtime, contract: null }), [logit({ class: 0 }), logit({ class: 1 })], {
    steps: 6,
    optimizer: adam({ learningRate: 0.1 }),
    transforms: [jitter({ pixels: 1 })],
  }).result;

const off = (name: string, by: number) => (results: Results) => ({
  ...results,
  [name]: { ...results[name]!, data: (results[name]!.data as Float32Array).map((x) => x * (1 + by)) } as Tensor,
});

describe("an ascent on a device", () => {
  it("is the device's where it gives what the processor gives, to rounding", async () => {
    const gpu = device(off("networkGradientNorm", 1e-4));
    const { record, warnings } = await run(gpu);
    expect(record.runtime).toBe("gpu");
    expect(warnings.flat().filter((sentence) => sentence.includes("gpu"))).toEqual([]);
    await vi.waitFor(() => expect(gpu.stillOpen()).toBe(0));
  });

  it.each(["objective", "networkGradientNorm", "picture", "next.pixels"])(
    "goes to the processor where the device computes another %s",
    async (name) => {
      const gpu = device(off(name, 0.5));
      const { record, warnings, curve, picture } = await run(gpu);
      const right = await run(device((results) => results));
      expect(record.runtime).toBe(cpu.name);
      expect(warnings[1]![0]).toBe(
        `The device (gpu) was left at step 0, because it computes another ${name} than the processor: ${cpu.name} ran what followed`,
      );
      expect([curve, picture]).toEqual([right.curve, right.picture]);
      await vi.waitFor(() => expect(gpu.stillOpen()).toBe(0));
    },
  );

  it("goes on with the processor where the device is lost", async () => {
    const lost = device((results, n) => {
      if (n < 3) return results;
      throw new XstarError("runtime-failure", "ONNX Runtime could not run the graph: device lost");
    });
    const { record, warnings, curve } = await run(lost);
    expect(record.runtime).toBe(`gpu, from step 3 on ${cpu.name}`);
    expect(warnings[0]![0]).toMatch(/^The device \(gpu\) was left at step 3, because it failed: .*device lost: /);
    expect(curve).toEqual((await run(device((results) => results))).curve);
    await vi.waitFor(() => expect(lost.stillOpen()).toBe(0));
  });

  it("is the processor's where the device does not open the graph", async () => {
    const { record, warnings } = await run(device((results) => results, true));
    expect(record.runtime).toBe(cpu.name);
    expect(warnings[0]![0]).toMatch(/left at step 0, because it failed: no memory/);
  });
});

describe("an ascent that is stopped in the middle of a step", () => {
  it("gives what is done at once", async () => {
    const stop = new AbortController();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow: Runtime = {
      ...cpu,
      async open(...given) {
        const session = await cpu.open(...given);
        let runs = 0;
        return {
          ...session,
          async run(...feeds) {
            if (runs++ === 2) await held;
            return session.run(...feeds);
          },
        };
      },
    };
    const model = openModel(tinyCnn(), { runtime: slow, contract: null });
    setTimeout(() => stop.abort(), 200);
    const { ended, curve } = await maximize(model, logit({ class: 0 }), { steps: 10, signal: stop.signal });
    expect(ended).toBe("aborted");
    expect(curve).toHaveLength(2);
    release();
  });
});
