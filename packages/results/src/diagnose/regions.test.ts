import { describe, expect, it } from "vitest";
import { decides } from "./regions.js";

describe("a part decides", () => {
  it.each([
    ["takes all along", 1, 1, true],
    ["takes most along, and is missed by some", 0.7, 0.3, true],
    ["is a part of the thing itself", 0.4, 0.4, false],
    ["takes some along, and its own pictures do not need it", 0.4, 0, false],
    ["takes next to nothing along", 0.06, 0, false],
    ["is missed, but takes nothing along", 0, 0.9, false],
  ])("where it %s: %d along, %d lost", (_, takenAlong, lost, expected) => {
    expect(decides(takenAlong, lost)).toBe(expected);
  });
});
