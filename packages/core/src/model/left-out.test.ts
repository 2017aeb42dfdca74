import { expect, it } from "vitest";
import { cutMetadata, cutsOf } from "./left-out.js";

const cut = { why: "Layer s is unknown", hint: "Say what it is", lost: ["s", "behind"] };

it("reads what it writes", () => {
  expect(cutsOf({ metadata: new Map(cutMetadata([cut])) })).toEqual([cut]);
  expect(cutMetadata([])).toEqual([]);
  expect(cutsOf({ metadata: new Map() })).toEqual([]);
});

it.each(["{", "7", '["x"]', '[{"why": 1, "lost": []}]', '[{"why": "x", "lost": [1]}]', "[null]"])(
  "takes %s for nothing",
  (text) => {
    expect(cutsOf({ metadata: new Map([["xstar.left_out", text]]) })).toEqual([]);
  },
);
