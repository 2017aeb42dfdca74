import { describe, expect, test } from "vitest";
import { formatDuration } from "@xstar/results";
import { createProgress } from "./progress.js";

function setUp(total: number, stream: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const progress = createProgress({
    stream: { ...stream, write: (text) => written.push(text) },
    label: "train",
    total,
    now: () => clock.ms,
  });
  return { written, clock, progress };
}

describe("progress on a terminal", () => {
  test("redraws one line with bar, percent, facts and time left", () => {
    const { written, clock, progress } = setUp(100, { isTTY: true, columns: 100 });
    clock.ms = 1000;
    progress.update(25, "loss 0.12");
    expect(written).toEqual(["\r\x1b[2Ktrain  █████░░░░░░░░░░░░░░░  25 %  loss 0.12"]);
  });

  test("redraws at most ten times a second", () => {
    const { written, clock, progress } = setUp(10_000, { isTTY: true });
    for (; clock.ms < 1000; clock.ms++) progress.update(clock.ms);
    expect(written).toHaveLength(10);
  });

  test("never writes a line longer than the terminal", () => {
    const { written, progress } = setUp(10, { isTTY: true, columns: 20 });
    progress.update(1, "a very long fact that does not fit at all");
    expect(written[0]!.replace("\r\x1b[2K", "")).toHaveLength(19);
  });

  test("takes 80 columns where the terminal does not know its own width", () => {
    const { written, progress } = setUp(10, { isTTY: true, columns: 0 });
    progress.update(1, "loss 0.5");
    expect(written[0]).toContain("loss 0.5");
  });

  test("leaves a last line with the latest facts and the time, once", () => {
    const { written, clock, progress } = setUp(10, { isTTY: true });
    progress.update(9, "loss 0.3");
    clock.ms = 50;
    progress.update(10, "loss 0.2");
    clock.ms = 12_345;
    progress.done();
    progress.done();
    progress.update(10);
    expect(written.slice(1)).toEqual(["\r\x1b[2Ktrain  loss 0.2  12 s\n"]);
  });
});

describe("progress in a log", () => {
  test("writes a line for the first step and then every 10 seconds or 10 %", () => {
    const { written, clock, progress } = setUp(1000);
    for (let step = 1; step <= 100; step++) {
      clock.ms += 500;
      progress.update(step);
    }
    expect(written).toHaveLength(5);
    expect(written[1]).toBe("train    2 %  8 min 10 s left\n");
    expect(written.join("")).not.toContain("\x1b");
  });

  test("of a fast job is short", () => {
    const { written, clock, progress } = setUp(1000);
    for (let step = 1; step <= 1000; step++, clock.ms += 1) progress.update(step);
    progress.done();
    expect(written.length).toBeLessThanOrEqual(3);
  });
});

describe("the time left", () => {
  test("follows the speed of the last seconds", () => {
    const { written, clock, progress } = setUp(1000, { isTTY: true, columns: 100 });
    for (let step = 1; step <= 200; step++) {
      clock.ms += step <= 100 ? 100 : 1000;
      progress.update(step);
    }
    const minutes = Number(/(\d+) min/.exec(written.at(-1)!)![1]);
    expect(minutes).toBeGreaterThanOrEqual(12);
    expect(minutes).toBeLessThanOrEqual(13);
  });

  test("is not guessed without a total or a speed", () => {
    const { written, clock, progress } = setUp(0, { isTTY: true });
    clock.ms = 500;
    progress.update(7, "f");
    expect(written).toEqual(["\r\x1b[2Ktrain  7  f"]);
  });

  test.each([
    [0.84, "0.8 s"],
    [8, "8 s"],
    [59.7, "1 min 00 s"],
    [185, "3 min 05 s"],
    [7800, "2 h 10 min"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

test("a closed stream does not stop the work", () => {
  const stream = {
    write() {
      throw new Error("EPIPE");
    },
  };
  const progress = createProgress({ stream, label: "x", total: 1 });
  expect(() => {
    progress.update(1);
    progress.done();
  }).not.toThrow();
});
