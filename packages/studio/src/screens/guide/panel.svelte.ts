import { correlationMatrix, formatConfidence, formatNumber, type Planes } from "@xstar/results";
import race from "../../run/race.json";
import { Recording } from "../../run/recording.svelte.js";
import { Timeline } from "../../run/timeline.svelte.js";
import { engine, problemOf, studio, type Problem } from "../../state/studio.svelte.js";
import { isStill } from "../../state/theme.svelte.js";
import { alter, unaltered, type Alterations } from "../workbench/alter.js";
import facts from "./facts.json";
import type { StepPanel } from "./steps.js";

const sure = (p: number | undefined) => (p === undefined ? "…" : formatConfidence(Math.min(1, Math.max(0, 1 - p))));

/** The live half of a step: its run, and the numbers that its text has. */
export class Panel {
  run = $state.raw<Recording>();
  problem = $state.raw<Problem>();
  readonly timeline = new Timeline();
  asked = $state.raw<Alterations>(unaltered);
  /** What the network says to the picture as it is altered. */
  probabilities = $state.raw<readonly number[]>();
  youAt = $state<number>();

  constructor(readonly panel: StepPanel) {}

  async begin(): Promise<void> {
    const { digit, starts, steps, kind } = this.panel;
    this.problem = undefined;
    try {
      if (kind !== "variability") await studio.article();
    } catch (error) {
      this.problem = problemOf(error);
    }
    if (kind !== "race" || this.problem) return;
    const flags = { ...race.flags, start: [...starts], steps };
    const run = new Recording({ model: "article", targets: [`crossEntropy:${digit}`], flags });
    this.run = run;
    this.timeline.reset(steps);
    let isFirst = true;
    await run.begin(() => {
      this.timeline.last = Math.max(0, run.last);
      if (!isFirst || run.last < 1) return;
      isFirst = false;
      if (!isStill() && this.panel.steps > 10) this.timeline.play();
    });
    this.problem = run.problem;
    if (isStill()) this.timeline.go(run.last);
    await this.ask();
  }

  close(): void {
    this.run?.stop();
    this.timeline.pause();
  }

  /** The picture of the end of the first pane, altered. */
  get altered(): Float32Array<ArrayBuffer> | undefined {
    const { run } = this;
    const [now, start] = [run?.planes(run.last, 0), run?.planes(0, 0)];
    return now && start && alter(now, start, this.asked);
  }

  async alter(part: Partial<Alterations>): Promise<void> {
    this.asked = { ...this.asked, ...part };
    await this.ask();
  }

  private isAsking = false;
  private async ask(): Promise<void> {
    const { extra } = this.panel;
    if (this.isAsking || (extra !== "test" && extra !== "border")) return;
    this.isAsking = true;
    let seen: Alterations | undefined;
    while (seen !== this.asked) {
      seen = this.asked;
      const data = this.altered;
      if (!data) break;
      const shares = await engine.call("classify", { model: "article", pictures: { shape: [1, 1, 28, 28], data } });
      this.probabilities = shares?.[0];
    }
    this.isAsking = false;
  }

  /** The pictures, or the changes, of all panes at the end compared with each other; ones where a start is the same everywhere. */
  correlations(isChange: boolean): (number | null)[][] | undefined {
    const { run } = this;
    if (!run || run.last < 1) return undefined;
    const vectors = this.panel.starts.flatMap((_, i) => {
      const [now, start] = [run.planes(run.last, i), run.planes(0, i)];
      return now && start ? [isChange ? changeOf(now, start) : Array.from(now.data)] : [];
    });
    return correlationMatrix(vectors);
  }

  /** The numbers that the text of a step names. */
  get numbers(): Readonly<Record<string, string>> {
    const { run, panel } = this;
    const end = run ? run.last : 0;
    const confidences = panel.starts.map((name, i) => [`sure:${name}`, sure(run?.watched("confidence", end, i))]);
    const curve = run?.watch["confidence"]?.map((values) => values[0]!) ?? [];
    const halfAt = curve.findIndex((p) => p > 0.5);
    const of = (isChange: boolean) => meanOf(this.correlations(isChange));
    return {
      ...Object.fromEntries(confidences),
      steps: String(panel.steps),
      articleAccuracy: `${(100 * facts.article.accuracy).toFixed(1)} %`,
      articleOne: String(facts.article.confidenceOfOne),
      articleTwo: String(facts.article.confidenceOfTwo),
      articleBorder: String(facts.article.confidenceOfTwoWithoutBorder),
      mostVariable: String(facts.mostVariable),
      halfAt: halfAt < 0 ? "…" : String(halfAt),
      youAt: this.youAt === undefined ? "not yet" : `step ${this.youAt}`,
      asked: sure(this.probabilities?.[panel.digit]),
      bordered: sure(this.probabilities?.[panel.digit]),
      border: String(this.asked.border),
      rawCorrelation: of(false),
      changeCorrelation: of(true),
      ...this.regions(),
    };
  }

  /** Means of the change: middle columns, what is beside them, the outermost pixels. */
  private regions(): Record<string, string> {
    const { run } = this;
    if (!run || run.last < 1) return { centre: "…", flanks: "…", edge: "…" };
    const sums = { centre: [0, 0], flanks: [0, 0], edge: [0, 0] };
    for (const i of this.panel.starts.keys()) {
      const change = changeOf(run.planes(run.last, i)!, run.planes(0, i)!);
      change.forEach((value, at) => {
        const [x, y] = [at % 28, Math.floor(at / 28)];
        const isEdge = Math.min(x, y, 27 - x, 27 - y) === 0;
        const name = isEdge ? "edge" : x >= 11 && x <= 16 ? "centre" : "flanks";
        sums[name][0]! += value;
        sums[name][1]! += 1;
      });
    }
    return Object.fromEntries(
      Object.entries(sums).map(([name, [sum, count]]) => [name, formatNumber(sum! / count!, 2)]),
    );
  }
}

const changeOf = (now: Planes, start: Planes) => Array.from(now.data, (value, i) => value - start.data[i]!);

/** The mean of what is not on the diagonal. */
function meanOf(matrix: readonly (readonly (number | null)[])[] | undefined): string {
  const others = (matrix ?? []).flatMap((row, i) => row.filter((value, j) => i !== j && value !== null)) as number[];
  return others.length === 0 ? "…" : (others.reduce((a, b) => a + b, 0) / others.length).toFixed(2);
}
