import { describe, expect, it } from "vitest";
import { maximize } from "../testing/plain.js";
import { keepSessions } from "./keep-sessions.js";
import { openModel } from "../model/load.js";
import { channel } from "../objectives/activation.js";
import { adam } from "../optimizers/adaptive.js";
import type { Runtime } from "./runtime.js";
import { runtime, tinyCnn } from "../testing/models.js";

/** Counts what is open. */
function counted(): { runtime: Runtime; opened(): number; open(): number } {
  let [opened, open] = [0, 0];
  return {
    runtime: {
      ...runtime,
      async open(...given) {
        const session = await runtime.open(...given);
        opened++;
        open++;
        return {
          ...session,
          release: async () => {
            open--;
            await session.release();
          },
        };
      },
    },
    opened: () => opened,
    open: () => open,
  };
}

describe("a runtime that keeps sessions", () => {
  it("opens one for all channels of a layer, with the same pictures as without", async () => {
    const bytes = tinyCnn();
    const counter = counted();
    const keeping = keepSessions(counter.runtime);
    const model = openModel(bytes, { runtime: keeping });
    const plain = openModel(bytes, { runtime });
    const options = { steps: 3, optimizer: adam({}), streams: [0] };
    const before: number[] = [];
    for (const at of [0, 1, 2, 3]) {
      const target = channel({ layer: "conv", channel: at });
      const { picture } = await maximize(model, target, options).result;
      expect(picture).toEqual((await maximize(plain, target, options).result).picture);
      before.push(counter.opened());
    }
    expect(new Set(before).size).toBe(1);
    await keeping.release();
    expect(counter.open()).toBe(0);
  });

  it("keeps only so many that nobody uses, the latest", async () => {
    const counter = counted();
    const keeping = keepSessions(counter.runtime, 1);
    const [a, b] = [tinyCnn(), tinyCnn({ channels: 3 })];
    const first = await keeping.open(a);
    const second = await keeping.open(b);
    expect(counter.open()).toBe(2);
    await first.release();
    await first.release();
    await second.release();
    expect(counter.open()).toBe(1);
    await (await keeping.open(b)).release();
    expect(counter.opened()).toBe(2);
    await (await keeping.open(a)).release();
    expect(counter.opened()).toBe(3);
  });

  it("shares one that is in use, and tells other weights apart", async () => {
    const counter = counted();
    const keeping = keepSessions(counter.runtime);
    const bytes = tinyCnn();
    const files = new Map([["w.bin", new Uint8Array(4)]]);
    const [first, , other] = [
      await keeping.open(bytes),
      await keeping.open(bytes),
      await keeping.open(bytes, { files }),
    ];
    expect(counter.opened()).toBe(2);
    await first!.release();
    await other!.release();
    await keeping.release();
    expect(counter.open()).toBe(1);
  });

  it("does not remember what could not be opened", async () => {
    const keeping = keepSessions(runtime);
    for (let i = 0; i < 2; i++)
      await expect(keeping.open(new Uint8Array([1]))).rejects.toMatchObject({ code: "runtime-failure" });
    await keeping.release();
  });
});
