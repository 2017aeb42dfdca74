/**
 * What many workers at one queue come to: a simulation in which Redis and the sender do one thing at a time, and each takes what it was
 * measured to take.
 */

/**
 * @typedef {object} Costs
 * @property {number} redis processor seconds of the server for a job
 * @property {number} redisIdle processor seconds of the server for a worker, each second
 * @property {number} sender processor seconds of the sender for a job
 */

/** Times in order: a heap of [time, what happens]. */
function createClock() {
  /** @type {[number, () => void][]} */
  const heap = [];
  const swap = (i, j) => ([heap[i], heap[j]] = [heap[j], heap[i]]);
  return {
    at(time, act) {
      let i = heap.push([time, act]) - 1;
      for (let up = (i - 1) >> 1; i > 0 && heap[up][0] > heap[i][0]; up = (i - 1) >> 1) {
        swap(i, up);
        i = up;
      }
    },
    next() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length > 0 && last) {
        heap[0] = last;
        for (let i = 0; ;) {
          const [left, right] = [2 * i + 1, 2 * i + 2];
          let least = i;
          if (left < heap.length && heap[left][0] < heap[least][0]) least = left;
          if (right < heap.length && heap[right][0] < heap[least][0]) least = right;
          if (least === i) break;
          swap(i, least);
          i = least;
        }
      }
      return first;
    },
  };
}

/** Something that serves one after the other: gives when it is done with what comes at a time. */
function createServer(slowness = 1) {
  let free = 0;
  let busy = 0;
  return {
    serve(now, seconds) {
      busy += seconds * slowness;
      return (free = Math.max(now, free) + seconds * slowness);
    },
    share: (seconds) => Math.min(1, busy / seconds),
  };
}

/**
 * Jobs a second of some workers whose jobs take so many seconds, give or take a fifth, and how busy Redis and the sender are.
 * @param {{ workers: number, jobSeconds: number, costs: Costs }} given
 */
export function simulate({ workers, jobSeconds, costs }) {
  const background = workers * costs.redisIdle;
  const ideal = workers / jobSeconds;
  if (background >= 1) return { workers, jobSeconds, ideal, perSecond: 0, redis: 1, sender: 0 };
  const clock = createClock();
  const redis = createServer(1 / (1 - background));
  const sender = createServer();
  let [waiting, idle, done, counted] = [0, workers, 0, 0];
  let seed = 1;
  const random = () => (seed = (48271 * seed) % 2147483647) / 2147483647;
  const until = 20 * jobSeconds;
  const half = until / 2;
  const begin = (now) => {
    while (waiting > 0 && idle > 0) {
      waiting--;
      idle--;
      const taken = redis.serve(now, costs.redis / 3);
      clock.at(taken + jobSeconds * (0.8 + 0.4 * random()), () => finish(time));
    }
  };
  const add = (now) => clock.at(redis.serve(now, costs.redis / 3), () => (waiting++, begin(time)));
  const finish = (now) => {
    const ended = redis.serve(now, costs.redis / 3);
    clock.at(ended, () => {
      idle++;
      done++;
      if (time > half) counted++;
      begin(time);
      clock.at(sender.serve(time, costs.sender), () => add(time));
    });
  };
  let time = 0;
  const ahead = Math.max(500, 2 * workers);
  for (let i = 0; i < ahead; i++) add(sender.serve(0, costs.sender));
  for (;;) {
    const [at, act] = clock.next();
    if (at > until) break;
    time = at;
    act();
  }
  return {
    workers,
    jobSeconds,
    ideal,
    perSecond: counted / (until - half),
    redis: Math.min(1, background + redis.share(until) * (1 - background)),
    sender: sender.share(until),
    done,
  };
}
