import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatsPage } from "./formats-page.js";

const page = join(import.meta.dirname, "../../../../docs/formats.md");

it("docs/formats.md is what the tables say (npm run docs:formats)", () => {
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";
  // the formatter pads the columns
  const plain = (markdown: string) => markdown.replace(/ +/g, " ").replace(/-+/g, "-");
  expect(plain(text) === plain(formatsPage())).toBe(true);
});
