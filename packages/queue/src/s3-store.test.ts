import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openS3Store, readS3Place } from "./s3-store.js";

let folder: string;
let server: S3rver;
let endpoint: string;
beforeAll(async () => {
  process.env["AWS_ACCESS_KEY_ID"] = "S3RVER";
  process.env["AWS_SECRET_ACCESS_KEY"] = "S3RVER";
  folder = await mkdtemp(join(tmpdir(), "xstar-s3-"));
  server = createServer(0);
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const createServer = (port: number) =>
  new S3rver({
    port,
    address: "127.0.0.1",
    silent: true,
    directory: folder,
    configureBuckets: [{ name: "atlas", configs: [] }],
  });

const open = (where: string) => openS3Store(readS3Place(`${where}?endpoint=${endpoint}`)!);

describe("an object store", () => {
  test("gives what was put into it, by another client too", async () => {
    const [one, other] = await Promise.all([open("s3://atlas/my/net"), open("s3://atlas/my/net")]);
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
    expect([await one.has("results/a"), await one.get("results/a")]).toEqual([false, undefined]);
    await one.put("results/a", bytes);
    await other.put("results/a", bytes);
    expect(await other.has("results/a")).toBe(true);
    expect(Buffer.compare((await other.get("results/a"))!, bytes)).toBe(0);
    expect(await (await open("s3://atlas")).has("my/net/results/a")).toBe(true);
  });

  test("says what is wrong with it", async () => {
    await expect(open("s3://nowhere")).rejects.toMatchObject({
      code: "unreachable",
      message: "The store s3://nowhere does not answer: there is no such bucket",
    });
    const away = openS3Store(readS3Place("s3://atlas?endpoint=http://127.0.0.1:1")!);
    await expect(away).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("The store s3://atlas does not answer: ") as string,
    });
    const opened = await open("s3://atlas");
    await server.close();
    await expect(opened.put("a", new Uint8Array(1))).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining('The store s3://atlas does not give or take "a": ') as string,
    });
    const { port } = new URL(endpoint);
    server = createServer(Number(port));
    await server.run();
  });

  test("has an address", () => {
    expect(readS3Place("s3://atlas/a/b/?endpoint=https://host&region=eu")).toEqual({
      bucket: "atlas",
      prefix: "a/b/",
      endpoint: "https://host",
      region: "eu",
    });
    expect([readS3Place("/shared"), readS3Place("s3:atlas")]).toEqual([undefined, undefined]);
  });
});
