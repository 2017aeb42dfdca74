import { expect, test } from "vitest";
import { printable, printableJson, printableLines } from "./printable.js";

test.each([
  ["flamingo, 日本 ünï 🦩", "flamingo, 日本 ünï 🦩"],
  ["\x1b]0;title\x07\x1b[31mRED", "\\x1b]0;title\\x07\\x1b[31mRED"],
  ["two\nlines\r", "two\\nlines\\r"],
  ["\u009b31m \u202eabc", "\\x9b31m \\u202eabc"],
])("%j is printed as %j", (text, printed) => {
  expect(printable(text)).toBe(printed);
});

test("lines stay lines", () => {
  expect(printableLines("a\x1b[2J\nb")).toBe("a\\x1b[2J\nb");
});

test("JSON stays the same value", () => {
  const value = { name: "\u009b31m\u202e\x7f\n", list: [1, 2] };
  const text = printableJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toContain('"name": "\\u009b31m\\u202e\\u007f\\n"');
});
