import { XstarError } from "@xstar/core";

/** Says in errors about the model which file they are about. */
export async function naming<T>(path: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isAboutModel = XstarError.is(error) && (error.code === "bad-model" || error.code === "unsupported-model");
    if (!isAboutModel || path === undefined) throw error;
    const { code, message, hint, details = {} } = error;
    throw new XstarError(code, message.includes(`"${path}"`) ? message : `${message} (in "${path}")`, {
      ...(hint !== undefined && { hint }),
      details: { ...details, path },
      cause: error,
    });
  }
}
