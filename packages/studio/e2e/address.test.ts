import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeStudio, ended } from "./studio.js";

const network = gunzipSync(readFileSync(new URL("../public/article.onnx.gz", import.meta.url)));
const asked: string[] = [];
let other: Server;
let site: string;

beforeAll(async () => {
  other = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.cookie ?? "-"} ${headers.referer ?? "-"}`);
    const isOpen = url!.startsWith("/open/");
    if (!url!.endsWith(".onnx") || url!.includes("gone"))
      response.writeHead(404, { "Access-Control-Allow-Origin": "*" });
    else
      response.writeHead(200, {
        ...(isOpen && { "Access-Control-Allow-Origin": "*" }),
        "Content-Length": network.length,
      });
    response.end(url!.endsWith("network.onnx") ? network : undefined);
  });
  await new Promise<void>((resolve) => {
    other.listen(0, "127.0.0.1", resolve);
  });
  site = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
});
afterAll(() => other.close());

describeStudio("a model of another server", {}, ({ visit, address }) => {
  test("is opened by its address, which is all that its server learns", async () => {
    const { page, errors, foreign, context } = await visit("#/m");
    await page.getByLabel("Address of a model").fill(`${site}/open/network.onnx`);
    expect(asked).toEqual([]);
    await page.getByRole("button", { name: "Open the address" }).click();
    await page.getByRole("button", { name: "Show me a neuron" }).waitFor({ timeout: 120_000 });
    expect(asked).toEqual(["/open/network.onnx - -"]);
    expect(foreign).toEqual([`${site}/open/network.onnx`]);
    // the page apart is gone, and the studio itself may still talk to nobody
    expect(await page.locator("iframe").count()).toBe(0);
    const isRefused = (where: string) =>
      page.evaluate(
        (to) =>
          fetch(to).then(
            () => false,
            () => true,
          ),
        where,
      );
    expect(await isRefused(`${site}/open/network.onnx`)).toBe(true);
    expect(asked).toHaveLength(1);
    expect(errors.filter((error) => !/Content Security Policy|connect-src/.test(error))).toEqual([]);
    await context.close();
  });

  test("of a link is asked for only when somebody says so, and the run of the link is made", async () => {
    asked.length = 0;
    const { page, context } = await visit(
      `#/m?url=${encodeURIComponent(`${site}/open/network.onnx`)}&t=logit:3&recipe=none&steps=3`,
    );
    await page.getByText("This link names a model on another server").waitFor();
    expect(asked).toEqual([]);
    await page.getByRole("button", { name: "Open the address" }).click();
    await ended(page);
    expect(page.url()).toMatch(/#\/m\/sha256-[0-9a-f]{12}\/run\?.*t=logit:3/);
    await context.close();
  });

  test("that may not be read, or is not there, is said in one sentence with something to do", async () => {
    const { page, context } = await visit("#/m");
    for (const [path, sentence] of [
      ["/closed/network.onnx", /does not let other pages read its files.*npx xstar studio/],
      ["/open/gone.onnx", /answers 404/],
    ] as const) {
      await page.getByLabel("Address of a model").fill(site + path);
      await page.getByRole("button", { name: "Open the address" }).click();
      await expect
        .poll(
          () =>
            page
              .getByRole("alert")
              .textContent()
              .catch(() => ""),
          { timeout: 120_000 },
        )
        .toMatch(sentence);
    }
    expect(await page.evaluate(() => document.querySelectorAll("iframe").length)).toBe(0);
    expect(page.url()).toBe(`${address()}#/m`);
    await context.close();
  });
});
