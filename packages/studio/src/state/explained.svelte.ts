import type { Pictures } from "../engine/protocol.js";

/** A picture that is to be explained: dropped, or one that a run made. */
export interface Explained {
  readonly name: string;
  readonly pictures: Pictures;
}

/** What one screen hands to the next: numbers have no place in an address. */
class Handed {
  picture = $state.raw<Explained>();
}

export const handed = new Handed();
