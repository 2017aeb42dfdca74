import { rowOf } from "@xstar/results";
import {
  directionsName,
  methods,
  objectiveAlong,
  type DirectionsWanted,
  type MethodName,
} from "../directions/methods.js";
import { decodeDirections } from "../jobs/directions-file.js";
import { jobId, type ContentJob, type DirectionsJob } from "../jobs/job.js";
import type { ResultStore } from "../jobs/stores.js";
import { distinct, slugOf } from "../plan/slug.js";
import { jobOf, type AtlasLayer, type AtlasPlan } from "./plan-atlas.js";
import { planPictures } from "./plan-layer.js";

/** Jobs that find directions of the layers of an atlas; none without real pictures. */
export function directionsJobs({ settings, layers, ...plan }: AtlasPlan, wanted: DirectionsWanted): DirectionsJob[] {
  const { data, ascent } = settings;
  if (!data) return [];
  const all = Object.entries(wanted) as [MethodName, number][];
  const hasClasses = plan.classes !== undefined;
  const [seed, features] = [Number(ascent["seed"] ?? 0), plan.features ?? null];
  return layers
    .filter(({ units }) => units > 1)
    .flatMap(({ name }) =>
      all.map(([method, count]): DirectionsJob => {
        const found = { layer: name, method, count, seed, features, hasClasses, data };
        return { kind: "directions", ...jobOf(settings), ...found };
      }),
    );
}

/** The plan with a layer for the directions that each of these jobs found; those without a result are left out. */
export async function withDirections(
  plan: AtlasPlan,
  jobs: readonly DirectionsJob[],
  store: ResultStore,
): Promise<AtlasPlan> {
  const surveys = new Map(plan.surveys);
  const added: AtlasLayer[] = [];
  for (const job of jobs) {
    const bytes = await store.get(jobId(job));
    const found = bytes && decodeDirections(bytes);
    if (!found) continue;
    const { layer: of, method } = job;
    const layer = plan.layers.find((one) => one.name === of)!;
    const name = directionsName(of, method);
    const { type: _, channel: __, ...units } = layer.jobs[0]!.goals[0]!.measured as Readonly<Record<string, unknown>>;
    const { vectors, cells } = found;
    const targets = Array.from({ length: vectors.count }, (_, i) => objectiveAlong(method, units, rowOf(vectors, i)));
    const { negative: ___, diverse: ____, ...like } = layer;
    added.push({
      ...like,
      ...(await planPictures(name, targets, plan.planning)),
      name,
      slug: name,
      units: vectors.count,
      vectors,
      directions: { of, method, count: job.count, doc: methods[method].doc, ...(cells && { cells }) },
    });
    surveys.set(name, [job]);
  }
  const layers = [...plan.layers, ...added];
  const slugs = distinct(layers.map(({ name }) => slugOf(name)));
  return { ...plan, surveys, layers: layers.map((layer, i) => ({ ...layer, slug: slugs[i]! })) };
}

/** Pictures of directions that are not found yet, about: of a map most cells have some activations. */
export function directionsAhead(
  { layers }: AtlasPlan,
  missing: readonly ContentJob[],
): { readonly count: number; readonly cost: number }[] {
  const costs = new Map(layers.map(({ name, cost }) => [name, cost]));
  return missing.flatMap((job) =>
    job.kind === "directions"
      ? [{ count: job.method === "map" ? Math.ceil(0.7 * job.count ** 2) : job.count, cost: costs.get(job.layer)! }]
      : [],
  );
}
