import type { Shape } from "@xstar/core";
import type { Planes } from "@xstar/results";
import type { GivenFile, RunEnd, RunFacts, RunSettings, StepNews } from "../engine/protocol.js";
import { planesAt } from "../picture/planes.js";
import { engine, problemOf, studio, type Problem } from "../state/studio.svelte.js";

/** Bytes of frames that a run keeps; of longer ones every second is dropped, then every fourth. */
const mostBytes = 96e6;

export type RunStatus = "waiting" | "running" | "paused" | "done" | "failed";

interface BeginOptions {
  readonly watchClasses?: number | undefined;
  readonly files?: readonly GivenFile[] | undefined;
  readonly from?: string | undefined;
  readonly resume?: Recording | undefined;
  /** Whether it goes on with other live numbers. */
  readonly isSteered?: boolean | undefined;
}

let count = 0;

/** A run as the page knows it: its steps as they come, and what they show. */
export class Recording {
  readonly id = `run-${Date.now().toString(36)}-${count++}`;
  status = $state<RunStatus>("waiting");
  facts = $state.raw<RunFacts>();
  /** The last step that came. */
  last = $state(-1);
  end = $state.raw<RunEnd>();
  problem = $state.raw<Problem>();
  warnings = $state.raw<readonly string[]>([]);
  /** Between two kept frames. */
  distance = $state(1);
  readonly objective: (readonly number[])[] = [];
  readonly watch: Record<string, (readonly number[])[]> = {};
  private frames = new Map<number, Float32Array>();
  private shape: Shape = [];
  private readonly controller = new AbortController();
  /** Fulfilled when its first own step came, or it ended. */
  readonly begun: Promise<void>;
  private tellBegun = () => {};
  /** Fulfilled when it ended, however. */
  ended: Promise<void> = Promise.resolve();

  constructor(
    readonly settings: RunSettings,
    private readonly options: BeginOptions = {},
  ) {
    this.begun = new Promise((resolve) => {
      this.tellBegun = resolve;
    });
    if (options.resume) this.take(options.resume);
  }

  /** Runs until it ends; tells of each step. Never throws: `problem` says what was wrong. */
  begin(onStep?: () => void): Promise<void> {
    this.ended = this.run(onStep).then(() => this.tellBegun());
    return this.ended;
  }

  private async run(onStep: () => void = () => {}): Promise<void> {
    const { resume, files, from, watchClasses, isSteered } = this.options;
    const request = {
      ...plain(this.settings),
      id: this.id,
      watchClasses,
      from,
      ...(files && { files }),
      ...(resume && { resume: resume.id, isSteered }),
    };
    let since = performance.now();
    let steps = 0;
    try {
      await studio.start();
      this.end = await engine.call("run", request, {
        signal: this.controller.signal,
        onNews: (news) => {
          if ("planned" in news) {
            this.facts = news.planned;
            this.status = "running";
            since = performance.now();
          } else if ("step" in news) {
            this.add(news.step);
            this.tellBegun();
            steps++;
            const now = performance.now();
            if (steps > 2 && now - since > 300) {
              studio.speed = (1000 * (steps - 1)) / (now - since);
              [since, steps] = [now, 1];
            }
            onStep();
          } else if ("warning" in news) this.warnings = [...this.warnings, news.warning];
        },
      });
      if (this.status !== "failed") this.status = "done";
    } catch (error) {
      this.problem = problemOf(error);
      this.status = "failed";
    }
    onStep();
  }

  stop(): void {
    this.controller.abort();
    if (this.status === "paused") void this.setPaused(false);
  }

  async setPaused(isPaused: boolean): Promise<void> {
    if (this.status !== "running" && this.status !== "paused") return;
    this.status = isPaused ? "paused" : "running";
    await engine.call("pause", { run: this.id, isPaused });
  }

  get batch(): number {
    return this.shape[0] ?? this.facts?.jobs.length ?? 0;
  }

  /** The kept step next to a step. */
  keptStep(step: number): number {
    if (this.frames.has(step)) return step;
    const near = Math.min(this.last, Math.floor(step / this.distance) * this.distance);
    return this.frames.has(near) ? near : 0;
  }

  /** Picture `i` as it was at a step, or at the last kept one before; undefined before the first. */
  planes(step: number, i: number): Planes | undefined {
    const frame = this.frames.get(this.keptStep(step));
    return frame && planesAt(frame, this.shape, i);
  }

  /** What was watched of picture `i` at a step. */
  watched(name: string, step: number, i: number): number | undefined {
    return this.watch[name]?.[Math.min(step, this.last)]?.[i];
  }

  curve(i: number, name?: string): number[] {
    const steps = name === undefined ? this.objective : (this.watch[name] ?? []);
    return steps.map((values) => values[i]!);
  }

  private take({ objective, watch, frames, shape, last, distance, facts }: Recording): void {
    this.objective.push(...objective);
    for (const [name, values] of Object.entries(watch)) this.watch[name] = [...values];
    this.frames = new Map(frames);
    this.shape = shape;
    this.distance = distance;
    this.facts = facts;
    this.last = last;
  }

  private add({ index, objective, watch, pictures, pictureShape }: StepNews): void {
    this.shape = pictureShape;
    this.objective[index] = objective;
    for (const [name, values] of Object.entries(watch)) (this.watch[name] ??= [])[index] = values;
    if (this.last >= 0 && this.last % this.distance !== 0) this.frames.delete(this.last);
    this.frames.set(index, pictures);
    if (this.frames.size * pictures.byteLength > mostBytes && this.frames.size > 8) {
      this.distance *= 2;
      for (const step of this.frames.keys()) if (step % this.distance !== 0 && step !== index) this.frames.delete(step);
    }
    this.last = index;
  }
}

/** Without the proxies of state, which cannot be sent. */
const plain = <T>(held: T): T => JSON.parse(JSON.stringify(held)) as T;
