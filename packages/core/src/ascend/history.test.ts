import { expect, it } from "vitest";
import { logit } from "../objectives/activation.js";
import { open, tinyCnn } from "../testing/models.js";
import { compileAscent } from "../testing/plain.js";
import { History } from "./history.js";
import { StepRunner } from "./step-runner.js";

it("reads no weights to say how a run ended: whoever stops one waits for that", async () => {
  const model = open(tinyCnn());
  const compiled = await compileAscent(model, logit({ class: 0 }), { steps: 4 });
  const unread = {
    ...compiled,
    identity() {
      throw new Error("a fingerprint of all weights");
    },
  };
  const runner = new StepRunner(model, unread);
  const history = new History(unread, [], { begin: await runner.begin() });
  history.add(await runner.take(0, history.state, history.divergedAt));
  await runner.release();
  expect(history.result("aborted")).toMatchObject({ ended: "aborted", curve: [expect.any(Float32Array)] });
  const checkpoint = history.last!.checkpoint();
  expect(checkpoint.record.steps).toBe(4);
  expect(() => checkpoint.identity).toThrow("a fingerprint");
});
