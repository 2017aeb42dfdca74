import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createOps, Graph, tensor, valueOf, writeModel } from "@xstar/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { downloadModel, isAddress } from "./download-model.js";

function withWeightsIn(location: string): Uint8Array {
  const graph = new Graph("external");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 4] });
  const weights = valueOf("w", { dtype: "float32", shape: [4], source: { location, offset: 0, length: 16 } });
  graph.output(op.add(op.mul(x, weights), op.constant(tensor("float32", [1, 2, 3, 4]))));
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

const files: Readonly<Record<string, Uint8Array>> = {
  "/a/net.onnx": withWeightsIn("w.bin"),
  "/a/w.bin": new Uint8Array(16),
  "/a/evil.onnx": withWeightsIn("../../w.bin"),
};
let server: Server;
let address: string;
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const file = files[url!];
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test("a model of another server comes with its weights, and goes again", async () => {
  const { path, remove } = await downloadModel(`${address}/a/net.onnx`);
  expect(readFileSync(path)).toEqual(Buffer.from(files["/a/net.onnx"]!));
  expect(existsSync(path.replace("net.onnx", "w.bin"))).toBe(true);
  await remove();
  expect(existsSync(path)).toBe(false);
});

test("what is not there is said, and nothing is written outside of the folder", async () => {
  await expect(downloadModel(`${address}/no.onnx`)).rejects.toThrow(/answers 404/);
  await expect(downloadModel("http://127.0.0.1:1/no.onnx")).rejects.toThrow(/does not answer/);
  await expect(downloadModel(`${address}/a/evil.onnx`)).rejects.toMatchObject({ code: "bad-model" });
  expect([isAddress("https://example.org/m.onnx"), isAddress("model.onnx")]).toEqual([true, false]);
});
