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

test("no rows are no text", () => {
  expect(renderTable([])).toBe("");
});
