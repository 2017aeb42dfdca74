import { expect, test } from "vitest";
import { renderTable } from "./table.js";

test("columns of numbers stand to the right, others to the left", () => {
  const rows = [
    ["start", "P(1)", "change"],
    ["ones", "0.9", "−1.25"],
    ["random", "0.9999", ""],
  ];
  expect(renderTable(rows).split("\n")).toEqual(["start     P(1)  change", "ones       0.9   −1.25", "random  0.9999"]);
});

test("rows may be shorter than the header", () => {
  expect(renderTable([["a", "bb"], ["ccc"]])).toBe("a    bb\nccc");
});

test("a first cell that is too long stands on a line of its own", () => {
  const rows = [
    ["a", "b"],
    ["longer", "1"],
    ["c", "2"],
  ];
  expect(renderTable(rows, { widestFirst: 5 })).toBe("a  b\nlonger\n   1\nc  2");
});

test("no rows are no text", () => {
  expect(renderTable([])).toBe("");
});
