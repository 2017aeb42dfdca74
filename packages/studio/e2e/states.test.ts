import { createOps, Graph, writeModel, type Ops, type Value } from "@xstar/core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { fourBitNetwork } from "../../core/src/testing/models.js";
import { choose, describeStudio, ended } from "./studio.js";

/** A model file of one input of 8 x 8 pixels. */
function model(name: string, build: (op: Ops, x: Value) => Value, channels = 1) {
  const graph = new Graph("state");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, channels, 8, 8] });
  const y = build(op, x);
  y.name = "y";
  graph.output(y);
  const buffer = Buffer.from(writeModel(graph, { opsets: new Map([["", 20]]) }));
  return { name, mimeType: "application/octet-stream", buffer };
}

/** No gradient where every input is below 1. */
const asleep = model("asleep.onnx", (op, x) => op.relu(op.sub(x, 1)));
/** Rises to the cube of what it is. */
const steep = model("steep.onnx", (op, x) => op.mul(op.mul(x, x), op.mul(x, op.mul(x, x))));
/** Its top is at 1. */
const hill = model("hill.onnx", (op, x) => op.neg(op.mul(op.sub(x, 1), op.sub(x, 1))));
/** What lies behind a random draw cannot be differentiated. */
const cut = model("cut.onnx", (op, x) => {
  const seen = op.mul(x, 2);
  seen.name = "before";
  return op.emit("Unique", [seen], [{ dtype: "float32", shape: [64] }])[0]!;
});

/** Its last layer has no rule, and pictures may have any size. */
const fourBit = {
  name: "four-bit.onnx",
  mimeType: "application/octet-stream",
  buffer: Buffer.from(fourBitNetwork({ isFree: true })),
};

async function openModel(page: Page, file: ReturnType<typeof model>): Promise<string> {
  await choose(page, [file]);
  await page.getByRole("heading", { level: 1, name: file.name.replace(".onnx", "") }).waitFor({ timeout: 120_000 });
  return /sha256-[0-9a-f]{12}/.exec(page.url())![0];
}

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

describeStudio("every state says what is so, and has something to do", {}, ({ visit, address }) => {
  /** A model, and a run of it that has ended. */
  async function run(file: ReturnType<typeof model>, query: string) {
    const opened = await visit("#/m");
    const id = await openModel(opened.page, file);
    await opened.page.goto(`${address()}#/m/${id}/run?recipe=none&${query}`);
    await ended(opened.page);
    return opened;
  }

  test("empty: what can be dropped, and how to check that nothing leaves", async () => {
    const { page, context } = await visit("#/m");
    for (const name of ["Choose files", "Choose a folder", "Open the address"]) await button(page, name).waitFor();
    await page.getByRole("link", { name: "The article’s network" }).waitFor();
    expect(await page.getByRole("main").textContent()).toContain("connect-src 'self'");
    await context.close();
  });

  test("loading the runtime: it can be cancelled, and begun again", async () => {
    const { page, context } = await visit("#/nothing");
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/*.wasm", async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
    await page.goto(`${address()}#/m/article`);
    await button(page, "Cancel").click({ timeout: 120_000 });
    await page.getByText("it was cancelled").waitFor();
    release();
    await button(page, "Try again").click();
    await button(page, "Show me a neuron").waitFor({ timeout: 120_000 });
    await context.close();
  });

  test("preparing, running, paused, stopped: each can be left", async () => {
    const { page, context } = await visit("#/m/article/run?t=logit:3&recipe=none&steps=20000");
    await page.locator(".chip", { hasText: "running: step" }).waitFor({ timeout: 120_000 });
    await button(page, "Pause").first().click();
    await page.locator(".chip", { hasText: /paused at \d+/ }).waitFor();
    await button(page, /^Branch from/).waitFor();
    await button(page, "Go on").click();
    await page.locator(".chip", { hasText: "running: step" }).waitFor();
    await button(page, "Stop and keep").click();
    await ended(page);
    await button(page, "+50 steps").waitFor();
    await context.close();
  });

  test("plateau: another seed", async () => {
    const { page, context } = await run(hill, "t=y:0&steps=60&init=ones&opt=gradient");
    await page.getByText("No gain in the last 20 steps").waitFor();
    await button(page, "Another seed").waitFor();
    await context.close();
  });

  test("dead target: how long no gradient came, and a random start", async () => {
    const { page, context } = await run(asleep, "t=y:0&steps=30&init=zeros&opt=gradient");
    await page.getByText(/No gradient reached this target for \d+ steps/).waitFor();
    await button(page, "Random start").waitFor();
    await context.close();
  });

  test("saturated: the logit instead", async () => {
    const { page, context } = await visit(
      "#/m/article/run?t=probability:1&recipe=none&opt=adam:learningRate=0.2&steps=120&init=zeros",
    );
    await ended(page);
    await button(page, "Maximize the logit").click({ timeout: 120_000 });
    await expect.poll(() => page.url(), { timeout: 120_000 }).toContain("t=logit:1");
    await context.close();
  });

  test("diverged: the step, and a clipped gradient", async () => {
    const { page, context } = await run(steep, "t=y:0&steps=60&init=ones&opt=gradient:learningRate=100");
    await page.getByText(/became infinite at step \d+/).waitFor();
    await button(page, "Clip the gradient and retry").click();
    await expect.poll(() => page.url()).toContain("clip=1");
    await context.close();
  });

  test("missing rule: the operator, where it is, what it cuts off", async () => {
    const { page, context } = await visit("#/m");
    await openModel(page, cut);
    await page.getByRole("heading", { name: "What cannot be differentiated" }).waitFor();
    expect(await page.getByRole("main").textContent()).toMatch(/Unique \(operator set 20\)[\s\S]*cuts off/);
    await button(page, "Copy what an issue needs").waitFor();
    await page.getByRole("link", { name: "Choose a smaller layer: before" }).click();
    await page.getByRole("grid", { name: "Units of before" }).waitFor();
    await context.close();
  });

  test("without gradients: how long it would take, a smaller picture or layer, and the climb", async () => {
    const { page, context } = await visit("#/m");
    const id = await openModel(page, fourBit);
    const offer = page.getByRole("region", { name: "Climb without gradients" });
    const time = offer.getByText(/^About .+ on this device: \d+ steps of \d+ forward passes/);
    await offer.getByText("black-box (slow)").waitFor();
    await time.waitFor();
    await offer.getByRole("link", { name: "Choose a smaller layer" }).click();
    await page.getByRole("grid", { name: "Units of mean" }).waitFor();
    await page.goto(`${address()}#/m/${id}/run?t=scores:1&recipe=none&steps=6`);
    await page
      .getByRole("alert")
      .getByText(/no vjp rule for com.microsoft::MatMulBnb4/)
      .waitFor();
    await time.waitFor();
    await offer.getByRole("button", { name: "Choose a smaller picture" }).click();
    await offer.getByText(/pictures of \d+ × \d+/).waitFor();
    await offer.getByRole("button", { name: "Run" }).click();
    await ended(page);
    expect(page.url()).toMatch(/free=1&size=\d+,\d+/);
    await page.locator(".chip", { hasText: "black-box (slow)" }).waitFor();
    await page.getByRole("tab", { name: "Export" }).click();
    expect(await page.getByTestId("command").textContent()).toMatch(/--gradient-free --size \d+,\d+/);
    await context.close();
  });

  test("too big: said before anything is read, with the command that can", async () => {
    const { page, context } = await visit("#/nothing");
    await page.evaluate(() => Object.defineProperty(File.prototype, "size", { get: () => 2e9 }));
    await page.evaluate(() => (location.hash = "#/m"));
    await choose(page, [hill]);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/2\.0 GB of files may need about 6\.0 GB.*npx xstar maximize/);
    await button(page, "Choose other files").waitFor();
    await context.close();
  });

  test("too big for a run: what it would take, and half the size", async () => {
    const { page, context } = await visit("#/m");
    const id = await openModel(page, hill);
    await page.goto(
      `${address()}#/m/${id}/run?recipe=none&t=y:0&steps=2&init=ones&opt=gradient&picture=4000,4000&batch=16`,
    );
    const alert = page.getByRole("alert");
    await alert.waitFor({ timeout: 120_000 });
    expect(await alert.textContent()).toMatch(/may need about [\d,]+ MB, more than the [\d,]+ MB.*command line/);
    await button(page, "Half the size").click();
    await expect.poll(() => page.url()).toContain("picture=2000,2000");
    await context.close();
  });

  test("contract unclear: what was guessed, why, and a word that it is right", async () => {
    const { page, context } = await visit("#/m/article");
    await page.getByText("guessed: check it").waitFor({ timeout: 120_000 });
    expect(await page.getByRole("main").textContent()).toContain("0 to 1 is only a default");
    await page.getByLabel("Range of the numbers").selectOption("−1 to 1");
    await page.getByText("as you said").waitFor();
    await page.reload();
    await button(page, "It is right").click({ timeout: 120_000 });
    await page.getByText("as you said").waitFor();
    expect(await button(page, "It is right").count()).toBe(0);
    await context.close();
  });

  test("no graphics processor: WebAssembly instead", async () => {
    const { page, context } = await visit("#/nothing");
    await page.evaluate(() => localStorage.setItem("xstar-engine", '{"backend":"webgpu"}'));
    await page.goto(`${address()}#/m/article`);
    await page.reload();
    await page.getByRole("alert").waitFor({ timeout: 120_000 });
    await page.goto(address());
    await page.getByTestId("badge").click();
    await button(page, "Take WebAssembly").click({ timeout: 120_000 });
    await expect.poll(() => page.getByTestId("badge").textContent(), { timeout: 120_000 }).toContain("wasm");
    await context.close();
  });

  test("no room: the model stays open, and the library shows what takes it", async () => {
    const { page, context } = await visit("#/m");
    await page.evaluate(() => {
      FileSystemFileHandle.prototype.createWritable = async () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await openModel(page, hill);
    await page.getByText(/has no room to keep hill/).waitFor();
    await page.getByRole("link", { name: "See what takes the room" }).click();
    await page.getByRole("heading", { name: "Models" }).waitFor();
    await context.close();
  });

  test("offline: a word in the header, and the rest goes on", async () => {
    const { page, context } = await visit("#/m");
    await context.setOffline(true);
    await page.getByText("offline", { exact: true }).waitFor();
    await context.setOffline(false);
    await expect.poll(() => page.getByText("offline", { exact: true }).count()).toBe(0);
    await context.close();
  });

  test("a link that is not understood: what was left out, and a way home", async () => {
    const { page, context } = await visit("#/m/article/run?t=logit:3&recipe=none&steps=many");
    await page.getByText(/says for steps makes no sense/).waitFor({ timeout: 120_000 });
    await page.goto(`${address()}#/nowhere`);
    await page.getByRole("link", { name: "To the first screen" }).waitFor();
    await context.close();
  });
});
