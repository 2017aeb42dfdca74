import { describe, expect, test } from "vitest";
import { filledPicture } from "@xstar/results";
import { createLiveView } from "./live-view.js";

const truecolor = { TERM: "xterm-256color", COLORTERM: "truecolor" };

function setUp({
  env = truecolor,
  several = false,
  ...stream
}: { env?: Record<string, string>; several?: boolean; isTTY?: boolean; columns?: number; rows?: number } = {}) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const view = createLiveView({
    stream: { ...stream, write: (text) => written.push(text) },
    label: "maximize",
    total: 100,
    env,
    several,
    now: () => clock.ms,
  });
  return { written, clock, view };
}

/** What a terminal shows after all that was written to it, without colours. */
function screen(written: readonly string[]): string[] {
  const lines = [""];
  let [row, column] = [0, 0];
  // ESC is shown as § here, for the sake of the pattern
  const text = written.join("").replaceAll("\x1b", "§");
  for (const [token, number, code] of text.matchAll(/§\[([\d;]*)([A-Za-z])|[^]/gu)) {
    if (code === "A") row -= Number(number);
    else if (code === "J") lines.splice(row, lines.length, lines[row]!.slice(0, column));
    else if (code === "K") lines[row] = "";
    else if (token === "\r") column = 0;
    else if (token === "\n") [row, column] = [row + 1, 0];
    else if (code === undefined) {
      lines[row] = lines[row]!.slice(0, column) + token + lines[row]!.slice(column + 1);
      column++;
    }
    lines[row] ??= "";
  }
  return lines;
}

const tile = (caption: string, width = 4, height = 4) => ({
  picture: filledPicture(width, height, [255, 0, 0]),
  caption,
});

describe("a live view on a terminal", () => {
  test("has the picture above the progress line, and redraws both in place", () => {
    const { written, clock, view } = setUp({ isTTY: true, columns: 80, rows: 24 });
    view.update(10, "activation 1.5", () => [tile("a")]);
    expect(screen(written)).toEqual(["▀▀▀▀", "▀▀▀▀", "a", "maximize  ██░░░░░░░░░░░░░░░░░░  10 %  activation 1.5"]);
    clock.ms = 1000;
    view.update(20, "activation 2.5", () => [tile("b", 4, 2)]);
    expect(screen(written)).toEqual([
      "▀▀▀▀",
      "b",
      "maximize  ████░░░░░░░░░░░░░░░░  20 %  activation 2.5  10 steps/s  8 s left",
    ]);
    view.done();
    expect(screen(written)).toEqual(["▀▀▀▀", "b", "maximize  activation 2.5  10 steps/s  1 s", ""]);
  });

  test("draws pictures at most four times a second, and asks for them only then", () => {
    const { written, clock, view } = setUp({ isTTY: true });
    let asked = 0;
    for (; clock.ms < 1000; clock.ms += 5) {
      view.update(clock.ms / 10, "", () => {
        asked++;
        return [tile("a")];
      });
    }
    expect(asked).toBe(4);
    expect(written.length).toBeLessThanOrEqual(14);
  });

  test("never takes more lines or columns than there are", () => {
    for (const several of [false, true]) {
      for (const [columns, rows] of [
        [80, 24],
        [20, 8],
        [200, 60],
        [10, 3],
      ] as const) {
        const { written, view } = setUp({ isTTY: true, columns, rows, several });
        view.update(1, "f", () => Array.from({ length: 50 }, (_, i) => tile(`${i}`, 224, 300)));
        const lines = screen(written);
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      }
    }
  });

  test("shows several small ones in up to two rows", () => {
    const { written, view } = setUp({ isTTY: true, columns: 80, rows: 30, several: true });
    view.update(1, "", () => Array.from({ length: 50 }, (_, i) => tile(`#${i}`, 64, 64)));
    expect(screen(written).join("\n").match(/#\d+/g)).toEqual(["#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7"]);
  });
});

describe.each([
  ["a log", {}],
  ["a terminal without colours", { isTTY: true, env: { TERM: "vt100" } }],
])("a live view in %s", (_, stream) => {
  test("is the progress alone", () => {
    const { written, clock, view } = setUp(stream);
    view.update(1, "activation 1", () => expect.fail("a picture was asked for"));
    clock.ms = 20_000;
    view.update(50, "activation 2", () => expect.fail("a picture was asked for"));
    view.done();
    const text = written.join("");
    expect(text).toContain("activation 2  2.5 steps/s");
    expect(text).not.toContain("▀");
  });
});

test("a closed stream does not stop the work", () => {
  const stream = {
    isTTY: true,
    write() {
      throw new Error("EPIPE");
    },
  };
  const view = createLiveView({ stream, label: "x", total: 1, env: truecolor });
  expect(() => {
    view.update(1, "", () => [tile("a")]);
    view.done();
  }).not.toThrow();
});
