import { expect, test } from "vitest";
import { serveFacts, type WorkerNow } from "./serve-facts.js";

const facts: WorkerNow = {
  version: "1.2.3",
  host: "here",
  pid: 7,
  jobs: 2,
  done: 5,
  failed: 1,
  since: 1_000_000,
  active: 2,
  seconds: 12.5,
  isConnected: true,
};

test("a worker's numbers and health are served", async () => {
  let now = facts;
  const server = await serveFacts(0, () => now);
  try {
    const { port } = server;
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    };
    const { status, text } = await get("/metrics");
    expect(status).toBe(200);
    // every sample has its help and its type before it
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    for (const sample of samples) {
      const [, name] = /^([a-z_]+)(?:\{.*\})? [\d.]+$/.exec(sample) ?? [];
      expect(text).toMatch(new RegExp(`# HELP ${name} .+\n# TYPE ${name} (?:counter|gauge)\n${name}`));
    }
    expect(samples).toContain("xstar_jobs_done_total 5");
    expect(samples).toContain("xstar_job_seconds_total 12.5");
    expect(await get("/health")).toEqual({ status: 200, text: "ok\n" });
    now = { ...facts, isConnected: false };
    expect(await get("/health")).toEqual({ status: 503, text: "Redis does not answer\n" });
    expect((await get("/")).status).toBe(404);
    await expect(serveFacts(port, () => now)).rejects.toThrow(`Port ${port} cannot be served: EADDRINUSE`);
  } finally {
    server.close();
  }
});
