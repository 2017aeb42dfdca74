/** Number of layers of equal area under the bell. */
const layers = 128;
/** Where the tail begins, and the area of each layer (Marsaglia and Tsang, 2000, for 128 layers). */
const tail = 3.442619855899;
const area = 9.91256303526217e-3;

const bell = (x: number) => Math.exp(-0.5 * x * x);

/** The right ends of the layers, from the widest, which stands for the tail too, to the top. */
const ends = (() => {
  const found = new Float64Array(layers + 1);
  found[0] = area / bell(tail);
  found[1] = tail;
  for (let i = 2; i < layers; i++) {
    const before = found[i - 1]!;
    found[i] = Math.sqrt(-2 * Math.log(area / before + bell(before)));
  }
  return found;
})();
/** The share of each layer that lies wholly under the bell. */
const inside = Float64Array.from({ length: layers }, (_, i) => ends[i + 1]! / ends[i]!);

/**
 * A number from the standard normal distribution by the ziggurat method, a few times faster than by Box and Muller: a
 * layer and a place in it from one random number of 32 bits each, of which the two take different ones (Doornik, 2005).
 */
export function drawNormal(next: () => number): number {
  const uniform = () => (next() >>> 8) / 2 ** 24;
  for (;;) {
    const bits = next();
    const layer = bits & (layers - 1);
    const place = (bits >>> 8) / 2 ** 23 - 1;
    const end = ends[layer]!;
    const x = place * end;
    if (Math.abs(place) < inside[layer]!) return x;
    if (layer === 0) return Math.sign(place) * (tail + beyond(uniform));
    const [low, high] = [bell(end), bell(ends[layer + 1]!)];
    if (low + uniform() * (high - low) < bell(x)) return x;
  }
}

/** How far behind where the tail begins (Marsaglia, 1964). */
function beyond(uniform: () => number): number {
  for (;;) {
    const x = -Math.log(1 - uniform()) / tail;
    const y = -Math.log(1 - uniform());
    if (2 * y >= x * x) return x;
  }
}
