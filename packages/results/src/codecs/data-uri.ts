/**
 * A file as an address that an `<img>` can show without a network.
 *
 * @example
 * const source = dataUri("image/png", await image.toPng());
 */
export function dataUri(type: string, bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 4096) binary += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return `data:${type};base64,${btoa(binary)}`;
}
