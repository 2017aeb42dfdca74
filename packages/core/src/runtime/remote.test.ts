import { describe, expect, it } from "vitest";
import { XstarError } from "../errors.js";
import { openModel } from "../model/load.js";
import { logit } from "../objectives/activation.js";
import { maximize } from "../testing/plain.js";
import { buildModel, runtime as here, tinyCnn } from "../testing/models.js";
import { numbers, tensor } from "../tensor.js";
import { connectRuntime, serveRuntime, type MessageEnd } from "./remote.js";
import type { Runtime } from "./runtime.js";

function connect(served: Runtime | Promise<Runtime>): Promise<Runtime> {
  const { port1, port2 } = new MessageChannel();
  serveRuntime(served, port1 as unknown as MessageEnd);
  return connectRuntime(port2 as unknown as MessageEnd);
}

describe("a runtime at the other end of a connection", () => {
  it("is what it is there, and gives the same pictures", async () => {
    const runtime = await connect(here);
    expect({ name: runtime.name, lowering: runtime.lowering, threads: runtime.threads }).toEqual({
      name: here.name,
      lowering: here.lowering,
      threads: here.threads,
    });
    const run = (one: Runtime) =>
      maximize(openModel(tinyCnn(), { runtime: one, contract: null }), logit({ class: 1 }), { steps: 5 }).result;
    const [near, far] = [await run(here), await run(runtime)];
    expect([far.picture, far.curve]).toEqual([near.picture, near.curve]);
  });

  it("has the processor beside its device", async () => {
    const opened: string[] = [];
    const device: Runtime = {
      ...here,
      name: "gpu",
      lowering: "webgpu",
      open: (...given) => (opened.push("device"), here.open(...given)),
      host: { ...here, open: (...given) => (opened.push("host"), here.open(...given)) },
    };
    const runtime = await connect(device);
    const bytes = buildModel((op, x) => ({ y: op.relu(x) }), { shape: [2] });
    await (await runtime.open(bytes)).release();
    await (await runtime.host!.open(bytes)).release();
    expect(opened).toEqual(["device", "host"]);
    expect(runtime.lowering).toBe("webgpu");
  });

  it("writes into outputs that it is given", async () => {
    const runtime = await connect(here);
    const session = await runtime.open(buildModel((op, x) => ({ y: op.mul(x, 2) }), { shape: [2] }));
    const into = tensor("float32", new Float32Array(2));
    for (const n of [1, 5]) {
      const { y } = await session.run({ x: tensor("float32", [n, n]) }, ["y"], { y: into });
      expect(y).toBe(into);
      expect(numbers(into)).toEqual([2 * n, 2 * n]);
    }
    await session.release();
  });

  it("throws what is thrown there", async () => {
    const runtime = await connect(here);
    await expect(runtime.open(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: "runtime-failure" });
    const absent = connect(Promise.reject(new XstarError("runtime-failure", "This browser has no WebAssembly")));
    await expect(absent).rejects.toMatchObject({ message: "This browser has no WebAssembly" });
  });
});
