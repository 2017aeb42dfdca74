import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withoutRule } from "../autodiff/without-rule.js";
import { quantizedOperators } from "../normalize/quantized-operators.js";
import { listOperators, operatorsPage } from "./operators-page.js";

const page = join(import.meta.dirname, "../../../../docs/operators.md");
const rows = await listOperators();

describe("the operators", () => {
  it("have a rule with cases, or a reason for having none, and not both", () => {
    const standard = rows.filter(({ since }) => since.length > 0);
    const unexplained = standard.filter(({ name, cases, why }) => cases === 0 && !why && !quantizedOperators[name]);
    expect(unexplained).toEqual([]);
    const ruled = rows.filter(({ status }) => status === "rule" || status === "rewritten");
    expect(ruled.filter(({ name }) => withoutRule[name]).map(({ name }) => name)).toEqual([]);
    expect(Object.keys(withoutRule).filter((name) => !standard.some((row) => row.name === name))).toEqual([]);
  });

  it("are at least 133 of the standard with a rule and a case", () => {
    expect(rows.filter(({ since, cases }) => since.length > 0 && cases > 0).length).toBeGreaterThanOrEqual(133);
  });

  it("are what docs/operators.md says (npm run docs:operators)", async () => {
    const text = existsSync(page) ? readFileSync(page, "utf8") : "";
    // the formatter pads the columns
    const plain = (markdown: string) => markdown.replace(/ +/g, " ").replace(/-+/g, "-");
    expect(plain(text) === plain(await operatorsPage())).toBe(true);
  });
});
