import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyCnn } from "../../../core/src/testing/models.js";
import { filesOfModel } from "./model-files.js";
import { serveStudio, type StudioServer } from "./serve.js";

const place = mkdtempSync(join(tmpdir(), "xstar-studio-"));
const folder = join(place, "site");
let server: StudioServer;

beforeAll(async () => {
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(folder, "index.html"), "<title>studio</title>");
  writeFileSync(join(folder, "assets", "index-1.js"), "1");
  writeFileSync(join(place, "secret.txt"), "secret");
  writeFileSync(join(place, "tiny.onnx"), tinyCnn());
  writeFileSync(join(place, "labels.txt"), "a\nb\n");
  server = await serveStudio({ folder, port: 0, files: await filesOfModel(join(place, "tiny.onnx")) });
});
afterAll(async () => {
  await server.close();
  rmSync(place, { recursive: true });
});

/** A request as it is, without a client that tidies its path. */
function ask(path: string, { host, method = "GET" }: { host?: string; method?: string } = {}) {
  const { hostname, port } = new URL(server.address);
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const asked = request({ hostname, port, path, method, ...(host && { headers: { host } }) }, (response) => {
      let body = "";
      response.on("data", (part) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode!, body, headers: response.headers }));
    });
    asked.on("error", reject).end();
  });
}

test("serves the page with the headers that give threads", async () => {
  const { status, body, headers } = await ask("/");
  expect([status, body]).toEqual([200, "<title>studio</title>"]);
  expect(headers).toMatchObject({
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "content-type": "text/html; charset=utf-8",
  });
  expect((await ask("/assets/index-1.js")).headers["cache-control"]).toContain("immutable");
});

test("serves a model with what lies beside it, and nothing else", async () => {
  expect(JSON.parse((await ask("/local/files.json")).body)).toEqual(["tiny.onnx", "labels.txt"]);
  expect((await ask("/local/labels.txt")).body).toBe("a\nb\n");
  for (const path of [
    "/local/secret.txt",
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/no",
  ])
    expect((await ask(path)).body, path).toBe("");
});

test("answers nobody who calls it by another name, and nothing but reading", async () => {
  expect((await ask("/", { host: "evil.example" })).status).toBe(403);
  expect((await ask("/", { method: "POST" })).status).toBe(405);
  expect((await ask("/%")).status).toBe(400);
});

test("says that a port is taken, and that there is no studio", async () => {
  const port = Number(new URL(server.address).port);
  await expect(serveStudio({ folder, port })).rejects.toMatchObject({ code: "bad-argument" });
  await expect(serveStudio({ folder: place, port: 0 })).rejects.toMatchObject({ code: "file-not-readable" });
});
