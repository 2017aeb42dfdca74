import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** Whether this machine has a Redis server. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** A port of this machine where nothing listens. */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  probe.close();
  return port;
}

/**
 * Starts a Redis server that keeps its commands in a file of a folder, and waits until it takes connections.
 * @param {{ port: number, folder: string, more?: readonly string[] }} options
 */
export async function startRedis({ port, folder, more = [] }) {
  const flags = ["--port", String(port), "--dir", folder, "--appendonly", "yes", "--save", "", ...more];
  const server = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    server.stdout.on("data", (some) => String(some).includes("Ready to accept") && resolve(undefined));
    server.on("exit", () => reject(new Error(`redis-server ended on port ${port}`)));
  });
  return {
    async stop(/** @type {NodeJS.Signals} */ signal = "SIGTERM") {
      const ended = once(server, "exit");
      server.kill(signal);
      await ended;
    },
  };
}
