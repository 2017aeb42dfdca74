/** Jobs of no work, and a store that keeps nothing but what is done: what a queue costs by itself. */

/**
 * @param {string} version
 * @param {number} count
 * @returns {import("@xstar/runs").ContentJob[]}
 */
export function emptyJobs(version, count) {
  const sha256 = "0".repeat(64);
  const model = { name: "none.onnx", sha256, beside: [] };
  const data = { sha256, count };
  return Array.from({ length: count }, (_, i) => ({
    kind: /** @type {const} */ ("survey"),
    xstar: version,
    model,
    network: {},
    layers: [],
    hasClasses: false,
    data,
    range: /** @type {const} */ ([i, i + 1]),
  }));
}

/** @returns {import("@xstar/runs").ResultStore} what a worker puts its results into */
export const forgets = () => ({
  has: async () => false,
  get: async () => undefined,
  put: async () => undefined,
  failure: async () => undefined,
  fail: async (id, reason) => {
    throw new Error(`${id} was given up: ${reason}`);
  },
});

/** @returns {import("@xstar/runs").ResultStore} what a sender believes: that what the queue calls done is there */
export const believes = () => ({ ...forgets(), has: async () => true });
