import { describe, expect, test } from "vitest";
import { embedJson, html, page, raw } from "./html.js";

const evil = `<img src=x onerror="alert('1')">&`;

describe("the html template", () => {
  test("escapes text in content and attributes", () => {
    expect(html`<p title="${evil}">${evil}</p>`.text).not.toMatch(/<img|"alert|'1'/);
    expect(html`${"a & b < c"}`.text).toBe("a &#38; b &#60; c");
  });

  test("keeps templates, joins lists and leaves out what is nothing", () => {
    const words = ["x", "<"].map((word) => html`<b>${word}</b>`);
    expect(html`<p>${words}</p>`.text).toBe("<p><b>x</b><b>&#60;</b></p>");
    expect(html`${false}${null}${undefined}${0}`.text).toBe("0");
  });

  test("does not take an object that only looks like HTML", () => {
    const forged = JSON.parse('{"text":"<script>"}') as string;
    expect(html`${forged}`.text).toBe("[object Object]");
  });

  test("keeps line breaks of inserted text, but not its own indentation", () => {
    const template = Object.assign(["<pre>\n      ", "</pre>"], { raw: [] });
    expect(html(template, "a\n  b").text).toBe("<pre>\na\n  b</pre>");
  });

  test("lets through what is marked as raw", () => {
    expect(html`${raw("<b>")}`.text).toBe("<b>");
  });

  test("embeds JSON that cannot end its script", () => {
    const text = embedJson("run", { name: "</script><script>" }).text;
    expect(text.match(/<\/script>/g)).toHaveLength(1);
    expect(JSON.parse(/>([^]*)<\/script>/.exec(text)![1]!)).toEqual({ name: "</script><script>" });
  });
});

describe("a page", () => {
  const text = page({
    title: "A < B",
    description: evil,
    body: html`<h2>Results</h2>`,
    script: `document.title = "</script>"`,
  });

  test("is a complete document in English with one main heading before its sections", () => {
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toContain("<title>A &#60; B</title>");
    expect([...text.matchAll(/<h(\d)/g)].map(([, level]) => level)).toEqual(["1", "2"]);
    expect(text).toContain(`<a class="skip" href="#main">`);
    expect(text).toContain(`<main id="main">`);
  });

  test("needs no network and forbids it", () => {
    expect(text).not.toMatch(/https?:|@import|url\(|<link|src=["']/);
    expect(text).toContain("default-src &#39;none&#39;");
  });

  test("has light and dark colours, a style for print and sharp pixels", () => {
    for (const rule of ["color-scheme:light dark", "light-dark(", "@media print", "image-rendering:pixelated"]) {
      expect(text).toContain(rule);
    }
    expect(text.match(/[{]/g)!.length).toBe(text.match(/[}]/g)!.length);
  });

  test("is not ended early by its script, and has none that was not given", () => {
    expect(text.match(/<script>/g)).toHaveLength(2);
    expect(text.match(/<\/script>/g)).toHaveLength(2);
    expect(page({ title: "", description: "", body: raw("") }).match(/<script>/g)).toHaveLength(1);
  });

  test("is the same text for the same content", () => {
    const options = { title: "t", description: "d", body: html`<p>${1}</p>` };
    expect(page(options)).toBe(page(options));
  });
});
