/** How many empty jobs the queue moves, and what each costs the server, the sender and a worker. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openRedis, sendJobs } from "@xstar/queue";
import { believes, emptyJobs } from "./empty-jobs.js";

/** Processor seconds and bytes of a Redis server, and how many clients it has. */
export async function redisUsage(redis) {
  const text = await redis.info();
  const of = (name) => Number(new RegExp(`^${name}:(\\S+)`, "m").exec(text)?.[1]);
  return {
    processor: of("used_cpu_user") + of("used_cpu_sys"),
    memory: of("used_memory"),
    clients: of("connected_clients"),
  };
}

/** Processes with workers of empty jobs, and what they used in all. */
export async function startWorkers({ queue, version, processes, workers, jobs, seconds = 0 }) {
  const args = [queue, version, workers, jobs, seconds].map(String);
  const all = Array.from({ length: processes }, () => fork(join(import.meta.dirname, "empty-worker.js"), args));
  const answer = async (child) => (await once(child, "message"))[0];
  await Promise.all(all.map(answer));
  const ask = async (message) => {
    const answers = all.map(answer);
    for (const child of all) child.send(message);
    return Promise.all(answers);
  };
  return {
    async usage() {
      const each = await ask("usage");
      const sum = (name) => each.reduce((total, one) => total + one[name], 0);
      return { processor: sum("processor"), memory: sum("memory") };
    },
    async stop() {
      const ended = all.map((child) => once(child, "exit"));
      for (const child of all) child.send("stop");
      await Promise.all(ended);
    },
  };
}

const own = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Sends empty jobs to workers in processes of their own, and measures all sides. */
export async function measureEmpty({ queue, version, count, processes, workers, jobs, seconds = 0 }) {
  const redis = await openRedis(queue);
  const side = await startWorkers({ queue, version, processes, workers, jobs, seconds });
  const look = async () => ({ redis: await redisUsage(redis), workers: await side.usage(), sender: own() });
  const before = await look();
  const began = performance.now();
  await sendJobs({ queue, version, results: believes() })(emptyJobs(version, count), {
    onProgress: () => undefined,
    onDone: () => undefined,
  });
  const took = (performance.now() - began) / 1000;
  const after = await look();
  await side.stop();
  redis.disconnect();
  const microseconds = (from, to) => Math.round((1e6 * (to - from)) / count);
  return {
    jobs: count,
    workers: processes * workers,
    atOnce: jobs,
    jobSeconds: seconds,
    seconds: took,
    perSecond: count / took,
    // of processor time, of each job
    microseconds: {
      redis: microseconds(before.redis.processor, after.redis.processor),
      sender: microseconds(before.sender, after.sender),
      workers: microseconds(before.workers.processor, after.workers.processor),
    },
    clients: after.redis.clients,
    redisMemory: after.redis.memory,
  };
}
