import { compileAscent, XstarError } from "@xstar/core";
import { checkMemory, type ModelFile, type Plan } from "@xstar/runs";
import { bytesOfTab } from "./tab-memory.js";

/** Throws `bad-argument` for a run that may need more memory than a tab has, with the sides of its pictures. */
export async function checkRoom(model: ModelFile, plan: Plan): Promise<void> {
  const { objectives, options, shape } = plan;
  try {
    await checkMemory(plan, () => compileAscent(model, objectives, options), {
      free: bytesOfTab(),
      memory: undefined,
    });
  } catch (error) {
    if (!XstarError.is(error) || error.details?.["bytes"] === undefined) throw error;
    throw new XstarError(error.code, error.message, {
      hint: "Take a smaller picture, or the command line, which has all of the machine’s memory",
      details: { tooLarge: shape.slice(-2) },
      cause: error,
    });
  }
}
