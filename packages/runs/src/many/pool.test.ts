import { describe, expect, test } from "vitest";
import { inPool } from "./pool.js";

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

describe("a pool", () => {
  test("gives every item once, in order, to whoever is free", async () => {
    const done: string[] = [];
    await inPool(["a", "b"], [1, 2, 3, 4, 5], async (worker, item) => {
      await (worker === "a" ? pause() : Promise.all([pause(), pause()]));
      done.push(`${item}`);
    });
    expect(done.toSorted()).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("ends when it is stopped, and tells those that work", async () => {
    const stop = new AbortController();
    const begun: number[] = [];
    await inPool(
      ["a", "b"],
      [1, 2, 3, 4],
      async (_, item, signal) => {
        begun.push(item);
        if (item === 2) stop.abort("enough");
        await pause();
        expect(signal.aborted).toBe(true);
        expect(signal.reason).toBe("enough");
      },
      stop.signal,
    );
    expect(begun).toEqual([1, 2]);
  });

  test("stops at the first error, which it throws when all have ended", async () => {
    const ended: number[] = [];
    const work = inPool(["a", "b"], [1, 2, 3], async (_, item) => {
      if (item === 1) throw new Error("The first");
      await pause();
      ended.push(item);
      throw new Error("A later one");
    });
    await expect(work).rejects.toThrow("The first");
    expect(ended).toEqual([2]);
  });
});
