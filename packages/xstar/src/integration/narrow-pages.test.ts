import { barChart, html, page } from "@xstar/results";
import { chromium as driver } from "playwright";
import { expect, it } from "vitest";
import { chromium } from "../../../../scripts/chromium.js";
import { factsTable } from "../../../results/src/pages/data-table.js";

it.skipIf(!chromium)("a report is no wider than a phone, however long its words (skips without Chromium)", async () => {
  const name = "359 black-footed ferret, ferret, Mustela nigripes";
  const bars = barChart({ title: "Likeliest classes", nameLabel: "Class", valueLabel: "", bars: [{ name, value: 1 }] });
  const table = factsTable({
    caption: "Settings",
    columns: ["Setting", "Value"],
    rows: [["Transforms", `rotate:degrees=[${Array.from({ length: 30 }, (_, i) => i)}]`]],
  });
  const browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
  try {
    const phone = await browser.newPage({ viewport: { width: 380, height: 800 } });
    await phone.setContent(page({ title: "x", description: "y", body: html`<h2>Classes</h2>${bars}${table}` }));
    expect(await phone.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(380);
    const wide = "[...document.querySelectorAll('.facts *')].filter((one) => one.scrollWidth > one.clientWidth).length";
    expect(await phone.evaluate(wide)).toBe(0);
  } finally {
    await browser.close();
  }
});
