/**
 * A file as an address that an `<img>` can show without a network.
 *
 * @example
 * const source = dataUri("image/png", await image.toPng());
 */
export function dataUri(type: string, bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:${type};base64,${btoa(binary)}`;
}
