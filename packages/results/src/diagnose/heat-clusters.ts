import { resizeImage, tensor } from "@xstar/core";
import { spectralClusters } from "../measure/spectral-clusters.js";
import { nameOfClass } from "../pages/explain-words.js";
import { formatPercent } from "../pages/format.js";
import { largestOf } from "./ask.js";
import { counted, shown, type Check, type CheckContext } from "./check.js";
import type { Finding, FoundHeat } from "./finding.js";
import { heatMapsOf } from "./heat-maps.js";
import { decides, meanOf, part, withBox, type Box } from "./regions.js";

/** Places along a side of the maps that are compared, classes that are looked into, pictures of a class and of a cluster. */
const [places, mostClasses, fewestPictures, fewest] = [8, 10, 16, 4];
/** Pictures that a suspected cue is put into. */
const mostHosts = 48;

interface Mapped {
  readonly at: number;
  readonly picture: Float32Array;
  readonly heat: FoundHeat;
}

/**
 * Whether the pictures of a class are known by different things (SpRAy of Lapuschkin et al., 2019): their heat maps are clustered, what the
 * small clusters look at is suspected, and the test decides: it is put into pictures of other classes, and erased from its own.
 */
export const heatClusters: Check = {
  name: "heatClusters",
  needsLabels: true,
  async find(context) {
    const { observed, labels, signal } = context;
    const { sample } = observed;
    const classes = [...new Set(sample.map(({ label }) => label))].slice(0, mostClasses);
    const findings: Finding[] = [];
    for (const label of classes) {
      signal?.throwIfAborted();
      const maps = await mapsOf(context, label);
      if (maps.length < fewestPictures) continue;
      const { of, count } = spectralClusters(maps.map(({ heat }) => heat.values));
      if (count < 2) continue;
      for (let cluster = 0; cluster < count; cluster++) {
        const own = maps.filter((_, i) => of[i] === cluster);
        if (own.length < fewest || own.length > maps.length / 2) continue;
        const tested = await testCue(context, label, own);
        if (!tested) continue;
        const { flips, asked, lost, box } = tested;
        const isCue = decides(flips / asked, lost);
        const name = nameOfClass(label, labels);
        findings.push({
          check: "heatClusters",
          severity: isCue ? "serious" : "note",
          title: isCue
            ? `Some pictures of ${name} are known by a cue: put into other pictures, it makes ${formatPercent(flips / asked)} of them ${name}`
            : `${counted(own.length, "picture")} of ${name} of ${maps.length} are looked at in another way than the rest; the part that they share decides nothing alone`,
          detail: `The heat maps of ${maps.length} pictures fall into ${count} clusters. This one is warmest in ${box.height} x ${box.width} pixels at row ${box.top}, column ${box.left}. That part was put into ${asked} pictures of other classes, and ${flips} changed to ${name}; erased from its own pictures, it changes ${formatPercent(lost)} of the answers.`,
          advice: isCue
            ? "Look at what the pictures below share where they are warm, and take it out of the pictures to train with"
            : undefined,
          numbers: { flips, asked, lost, pictures: own.length, of: maps.length, top: box.top, left: box.left },
          pictures: own.slice(0, 12).map(({ at, heat }) => ({ ...shown(observed, at, labels), heat })),
        });
      }
    }
    return findings;
  },
};

/** The heat maps of the pictures of a class that the network knows; none where no method fits it. */
async function mapsOf(context: CheckContext, label: number): Promise<Mapped[]> {
  const { observed } = context;
  const own = observed.sample.filter((one) => one.label === label && observed.predicted[one.at] === label);
  const maps = await heatMapsOf(context, {
    target: `logit:${label}`,
    pictures: own.map(
      ({ picture }) =>
        () =>
          tensor("float32", picture, observed.shape),
    ),
  });
  return maps.map(({ map }, i) => {
    const heat = tensor("float32", (map.data as Float32Array).map(Math.abs), [1, ...map.shape]);
    const small = resizeImage(heat, places, places).data as Float32Array;
    const sum = small.reduce((a, b) => a + b, 0) || 1;
    const { at, picture } = own[i]!;
    return { at, picture, heat: { height: places, width: places, values: Array.from(small, (x) => x / sum) } };
  });
}

/** What a cluster looks at, put into pictures of other classes, and erased from its own. */
async function testCue({ observed, asker }: CheckContext, label: number, own: readonly Mapped[]) {
  const { sample, shape } = observed;
  const box = warmestBox(own, shape);
  const mean = meanOf(sample.map(({ picture }) => picture));
  const hosts = sample
    .filter((one) => one.label !== label && observed.predicted[one.at] === one.label)
    .filter((_, i, all) => i % Math.max(1, Math.floor(all.length / mostHosts)) === 0)
    .slice(0, mostHosts);
  if (hosts.length < 8) return undefined;
  const mixed = hosts.map(({ picture }, i) => withBox(picture, own[i % own.length]!.picture, shape, box));
  const flips = (await asker.ask(mixed)).filter((row) => largestOf(row) === label).length;
  const erased = await asker.ask(own.map(({ picture }) => withBox(picture, mean, shape, box)));
  const lost = erased.filter((row) => largestOf(row) !== label).length / own.length;
  return { flips, asked: hosts.length, lost, box };
}

/** Where a cluster's mean map is warmest: a box around it, of the size of the patches that are looked for all over a picture. */
function warmestBox(own: readonly Mapped[], [, height, width]: readonly number[]): Box {
  const mean = Array.from({ length: places * places }, (_, i) =>
    own.reduce((sum, { heat }) => sum + heat.values[i]!, 0),
  );
  const best = mean.indexOf(Math.max(...mean));
  const along = (length: number, place: number) => {
    const side = Math.ceil((1.5 * length) / part);
    const start = Math.round(((place + 0.5) * length) / places - side / 2);
    return { start: Math.min(Math.max(0, start), length - side), side };
  };
  const [y, x] = [along(height!, Math.floor(best / places)), along(width!, best % places)];
  return { top: y.start, left: x.start, height: y.side, width: x.side };
}
