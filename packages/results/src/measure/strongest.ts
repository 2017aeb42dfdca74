/** The pictures that excite each of some units most, the strongest first; of equals the first. */
export interface Strongest {
  /** How many there are of each unit, at most. */
  readonly top: number;
  /** Places in the data set, [units, top]; -1 where there are fewer. */
  readonly pictures: Int32Array;
  /** The highest activation of one place, [units, top]. */
  readonly peaks: Float32Array;
  /** Which place it is, row by row, [units, top]. */
  readonly places: Int32Array;
}

/** Finds the strongest pictures of units, of which it keeps `top`. */
export function createStrongest(units: number, top: number) {
  const pictures = new Int32Array(units * top).fill(-1);
  const peaks = new Float32Array(units * top).fill(Number.NEGATIVE_INFINITY);
  const places = new Int32Array(units * top);
  const insert = (unit: number, picture: number, peak: number, place: number) => {
    const first = unit * top;
    let at = first + top - 1;
    if (!(peak > peaks[at]!)) return;
    for (; at > first && peak > peaks[at - 1]!; at--) {
      pictures[at] = pictures[at - 1]!;
      peaks[at] = peaks[at - 1]!;
      places[at] = places[at - 1]!;
    }
    pictures[at] = picture;
    peaks[at] = peak;
    places[at] = place;
  };
  return {
    /** A picture, with the peak of every unit and where it is. */
    add(picture: number, its: ArrayLike<number>, where: ArrayLike<number>): void {
      for (let unit = 0; unit < units; unit++) insert(unit, picture, its[unit]!, where[unit]!);
    },
    /** What was found among other pictures, all of which come after those of before. */
    join(other: Strongest): void {
      for (let at = 0; at < other.pictures.length; at++) {
        const unit = Math.floor(at / other.top);
        if (other.pictures[at]! >= 0) insert(unit, other.pictures[at]!, other.peaks[at]!, other.places[at]!);
      }
    },
    finish: (): Strongest => ({ top, pictures, peaks, places }),
  };
}
