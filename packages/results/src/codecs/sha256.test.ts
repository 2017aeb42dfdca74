import { createHash } from "node:crypto";
import { createRng } from "@xstar/core";
import { expect, test } from "vitest";
import { sha256Of } from "./sha256.js";

test("the SHA-256 is that of everybody, of texts and of bytes in parts, at any place in memory", () => {
  expect(sha256Of("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const bytes = new Uint8Array(createRng(1).normals(5000).buffer).subarray(3, 10_001);
  const expected = createHash("sha256").update(bytes).update("−µ").digest("hex");
  expect(sha256Of(bytes.subarray(0, 70), bytes.subarray(70), "−µ")).toBe(expected);
  expect(sha256Of()).toBe(createHash("sha256").digest("hex"));
});
