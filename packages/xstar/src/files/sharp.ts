/** sharp, which is large and in native code: loaded by whoever needs it first. */
export async function loadSharp() {
  return (await import("sharp")).default;
}
