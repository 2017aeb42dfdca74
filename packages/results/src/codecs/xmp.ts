import sharp from "sharp";

const namespace = "urn:xstar:record:1";

/** A text as an XMP packet, for `withXmp` of sharp. Source: ISO 16684-1 (XMP). */
export function xmpOf(text: string): string {
  return [
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    `<rdf:Description rdf:about="" xmlns:xstar="${namespace}"><xstar:record>${escape(text)}</xstar:record>`,
    "</rdf:Description></rdf:RDF></x:xmpmeta>",
  ].join("");
}

/** The text that `xmpOf` put into a picture; undefined where there is none. */
export async function readXmp(picture: Uint8Array): Promise<string | undefined> {
  const { xmp } = await sharp(picture)
    .metadata()
    .catch(() => ({ xmp: undefined }));
  const text = xmp && /<xstar:record>(.*)<\/xstar:record>/s.exec(new TextDecoder().decode(xmp))?.[1];
  return text ? unescape(text) : undefined;
}

const entities: readonly (readonly [character: string, entity: string])[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
];

const escape = (text: string) => entities.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
const unescape = (text: string) => entities.reduceRight((rest, [to, from]) => rest.replaceAll(from, to), text);
