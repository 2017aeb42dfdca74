import { describe, expect, it } from "vitest";
import { tinyCnn, open } from "../testing/models.js";
import { compileAscent, exportAscent, maximize } from "../ascents.js";
import type { MaximizeOptions } from "./options.js";

const model = open(tinyCnn());

const recordOf = async (options: MaximizeOptions) => (await compileAscent(model, "conv:1", options)).record;

describe("the options of a run", () => {
  it("are those of the recipe auto where nothing is given", async () => {
    expect(await recordOf({})).toEqual(await recordOf({ recipe: "auto" }));
    expect(await recordOf({})).not.toEqual(await recordOf({ recipe: "none" }));
  });

  it("without a recipe are plain pixels that move by a tenth in every step", async () => {
    expect(await recordOf({ recipe: "none" })).toMatchObject({
      parameterization: { type: "pixel" },
      transforms: [],
      optimizer: { type: "normalized" },
      schedule: { type: "constant" },
      steps: 64,
      keep: "last",
    });
  });

  it("go before what a recipe says, unless they are undefined", async () => {
    const recipe = { type: "lucid", steps: 7 };
    const { steps, optimizer } = await recordOf({ recipe });
    expect(steps).toBe(7);
    expect(await recordOf({ recipe, steps: undefined, optimizer: undefined })).toMatchObject({ steps, optimizer });
    expect(await recordOf({ recipe, steps: 3, optimizer: "signed" })).toMatchObject({
      steps: 3,
      optimizer: { type: "signed" },
    });
  });

  it.each([maximize, compileAscent, exportAscent])(
    "that there are not are refused, with the nearest ones",
    async (of) => {
      await expect(of(model, "conv:1", { learningRate: 1, steps: 1 } as MaximizeOptions)).rejects.toMatchObject({
        code: "bad-argument",
        message: 'maximize has no option "learningRate"',
        hint: expect.stringMatching(/^Choose .*"optimizer"/),
      });
      await expect(of(model, "conv:1", { stepps: 1 } as MaximizeOptions)).rejects.toMatchObject({
        hint: expect.stringContaining('"steps"'),
      });
    },
  );
});
