/** The few platform globals that every runtime has; the package uses nothing else of Node or of the browser. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string);
  decode(bytes: Uint8Array): string;
}
declare function atob(text: string): string;
