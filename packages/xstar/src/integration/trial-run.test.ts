import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromOrt, inspect, openModel, readModel, type Ort } from "@xstar/core";
import { afterAll, expect, test } from "vitest";
import { buildModel } from "../../../core/src/testing/models.js";
import { loadOrt } from "../runtime.js";

const root = await mkdtemp(join(tmpdir(), "xstar-trial-"));
afterAll(() => rm(root, { recursive: true, force: true }));

/** Twelve layers, of which each is read twice, so that none may be overwritten by what follows. */
const layers = () =>
  buildModel(
    (op, x) => {
      let value = x;
      for (let i = 0; i < 12; i++) value = op.add(op.mul(value, op.scalar(0.5)), op.sigmoid(value));
      return { y: value };
    },
    { shape: [1, 4, 16, 16] },
  );

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly args: { readonly op_name?: string };
}

test("a trial run gives shapes alone, each taken as soon as its value is there, so that few values live at once", async () => {
  const ort = loadOrt();
  const opened: Uint8Array[] = [];
  const runs: { bytes: Uint8Array; ops: string[] }[] = [];
  const create = async (bytes: Uint8Array, settings?: Parameters<Ort["InferenceSession"]["create"]>[1]) => {
    const prefix = `session-${opened.push(bytes)}_`;
    const profiled = { ...settings!, enableProfiling: true, profileFilePrefix: join(root, prefix) };
    const session = await ort.InferenceSession.create(bytes, profiled);
    const run: typeof session.run = async (feeds, fetches) => {
      const results = await session.run(feeds, fetches);
      (session as unknown as { endProfiling(): void }).endProfiling();
      const file = (await readdir(root)).find((name) => name.startsWith(prefix))!;
      const events = JSON.parse(await readFile(join(root, file), "utf8")) as Event[];
      const kernels = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
      runs.push({ bytes, ops: kernels.map(({ args }) => args.op_name!) });
      return results;
    };
    const { outputNames, inputMetadata, outputMetadata } = session;
    return { outputNames, inputMetadata, outputMetadata, run, release: () => session.release() };
  };
  const runtime = fromOrt({ ...ort, env: ort.env, Tensor: ort.Tensor, InferenceSession: { create } });
  await inspect(openModel(layers(), { runtime, contract: null }));

  expect(runs).toHaveLength(1);
  const [{ bytes, ops }] = runs as [(typeof runs)[0]];
  const producers = readModel(bytes).graph.outputs.map(({ node }) => node!.opType);
  expect(new Set(producers)).toEqual(new Set(["Shape"]));
  const computed = ops.filter((op) => op !== "Shape").length;
  expect(computed).toBe(36);
  // what is computed and not yet asked for: never more than a layer
  let [waiting, most] = [0, 0];
  for (const op of ops) {
    waiting += op === "Shape" ? -1 : 1;
    most = Math.max(most, waiting);
  }
  expect(most).toBeLessThanOrEqual(3);
});
