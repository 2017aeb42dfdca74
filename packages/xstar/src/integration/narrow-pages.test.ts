import { barChart, dataTable, html, page } from "@xstar/results";
import { chromium as driver } from "playwright";
import { expect, it } from "vitest";
import { chromium } from "../../../../scripts/chromium.js";

it.skipIf(!chromium)("a report is no wider than a phone, however long its words (skips without Chromium)", async () => {
  const name = "359 black-footed ferret, ferret, Mustela nigripes";
  const bars = barChart({ title: "Likeliest classes", nameLabel: "Class", valueLabel: "", bars: [{ name, value: 1 }] });
  const table = dataTable({
    caption: "Settings",
    columns: ["Setting", "Value"],
    rows: [["Transforms", name.repeat(9)]],
  });
  const browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
  try {
    const phone = await browser.newPage({ viewport: { width: 380, height: 800 } });
    await phone.setContent(page({ title: "x", description: "y", body: html`<h2>Classes</h2>${bars}${table}` }));
    expect(await phone.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(380);
  } finally {
    await browser.close();
  }
});
