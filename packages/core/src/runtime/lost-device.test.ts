import { expect, test } from "vitest";
import { failingWith } from "./lost-device.js";
import type { Session } from "./runtime.js";

test("a session whose device is lost fails, also in the run during which that happens", async () => {
  let lose: (gone: { message: string }) => void = () => {};
  const lost = new Promise<{ message: string }>((resolve) => (lose = resolve));
  let isLast = false;
  const session: Session = {
    inputs: [],
    outputs: [],
    async run() {
      if (isLast) lose({ message: "unplugged" });
      return {};
    },
    release: async () => {},
  };
  const watched = failingWith({ lost }, session);
  expect(await watched.run({})).toEqual({});
  isLast = true;
  await expect(watched.run({})).rejects.toMatchObject({ code: "runtime-failure", message: /lost: unplugged/ });
  isLast = false;
  await expect(watched.run({})).rejects.toMatchObject({ code: "runtime-failure" });
});
