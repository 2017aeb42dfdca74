/** Climbs in a worker, while another worker runs the steps. */
import { connectRuntime, maximize, openModel } from "xstar";

const stop = new AbortController();
let asked = 0;
/** What the other worker has answered: now, and when the stop came. */
let answers = 0;
let answersBefore = 0;
self.onmessage = ({ data }) => {
  if (data === "abort") {
    asked = performance.now();
    answersBefore = answers;
    stop.abort();
  } else climb(data).catch(({ message }) => self.postMessage({ type: "failed", message }));
};

async function climb(data) {
  const ort = new Worker(new URL("./ort-worker.js", import.meta.url), { type: "module" });
  ort.addEventListener("message", () => answers++);
  const runtime = await connectRuntime(ort);
  const bytes = new Uint8Array(await (await fetch(data.path)).arrayBuffer());
  const run = maximize(openModel(bytes, { runtime }), data.target, { steps: 1000, signal: stop.signal });
  let before = performance.now();
  let taken = 0;
  for await (const { index } of run) {
    const now = performance.now();
    if (index === 2) self.postMessage({ type: "steps", milliseconds: now - before });
    before = now;
    taken = index;
  }
  const { ended } = await run;
  self.postMessage({
    type: "ended",
    ended,
    taken,
    within: performance.now() - asked,
    stepRuns: answers === answersBefore,
  });
}
