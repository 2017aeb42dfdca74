const namespace = "urn:xstar:record:1";

/**
 * A text as an XMP packet, for `withXmp` of sharp. Source: ISO 16684-1 (XMP).
 *
 * @example
 * const packet = xmpOf(JSON.stringify({ made: "by xstar" }));
 */
export function xmpOf(text: string): string {
  return [
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    `<rdf:Description rdf:about="" xmlns:xstar="${namespace}"><xstar:record>${escape(text)}</xstar:record>`,
    "</rdf:Description></rdf:RDF></x:xmpmeta>",
  ].join("");
}

/**
 * The text that `xmpOf` put into a WebP file; undefined where there is none. Source: RFC 9649 (WebP).
 *
 * @example
 * const text = readXmp(webp);
 */
export function readXmp(webp: Uint8Array): string | undefined {
  const latin1 = (from: number, to: number) => String.fromCharCode(...webp.subarray(from, to));
  if (latin1(0, 4) !== "RIFF" || latin1(8, 12) !== "WEBP") return undefined;
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  for (let at = 12; at + 8 <= webp.length;) {
    const length = view.getUint32(at + 4, true);
    if (latin1(at, at + 4) === "XMP ") return textOf(webp.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length % 2);
  }
  return undefined;
}

function textOf(xmp: Uint8Array): string | undefined {
  const text = /<xstar:record>(.*)<\/xstar:record>/s.exec(new TextDecoder().decode(xmp))?.[1];
  return text ? unescape(text) : undefined;
}

const entities: readonly (readonly [character: string, entity: string])[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
];

const escape = (text: string) => entities.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
const unescape = (text: string) => entities.reduceRight((rest, [to, from]) => rest.replaceAll(from, to), text);
