import { Script } from "node:vm";
import { expect, test } from "vitest";
import { atlasPage, atlasScript } from "./atlas-page.js";

test("the script of an atlas is a script, and makes elements of text alone", () => {
  expect(() => new Script(`(() => {${atlasScript}})()`)).not.toThrow();
  expect(atlasScript).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
});

test("the page holds its name as text, and loads nothing from elsewhere; a link leads to this machine", () => {
  const text = atlasPage("a </title><b>net");
  expect(text).toContain("<title>a &#60;/title&#62;&#60;b&#62;net</title>");
  expect(text.replaceAll("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:8484/#/local", "")).not.toMatch(
    /https?:\/\//,
  );
});
