import { XstarError } from "@xstar/core";
import type { BlobStore } from "@xstar/runs";
import { describe, expect, test } from "vitest";
import { patientStore } from "./patient.js";

const failing = (errors: Error[]): BlobStore => ({
  has: async () => true,
  get: async () => undefined,
  async put() {
    const error = errors.shift();
    if (error) throw error;
  },
});

describe("a patient store", () => {
  test("asks again until what was away is back", async () => {
    const said: string[] = [];
    const full = new XstarError("file-not-writable", "The disk is full");
    await patientStore(failing([full]), { onAway: (reason) => said.push(reason) }).put("a", new Uint8Array(1));
    expect(said).toEqual(["The disk is full"]);
  });

  test("gives up in a sentence", async () => {
    const store = patientStore(failing([new Error("ENETDOWN"), new Error("ENETDOWN")]), {
      onAway: () => undefined,
      patience: -1,
    });
    await expect(store.put("a", new Uint8Array(1))).rejects.toMatchObject({
      code: "unreachable",
      message: "The store stays away: ENETDOWN",
    });
  });

  test("does not ask again for what is refused", async () => {
    const large = new XstarError("bad-argument", "too large");
    const store = patientStore(failing([large]), { onAway: () => expect.unreachable() });
    await expect(store.put("a", new Uint8Array(1))).rejects.toBe(large);
  });
});
