import { encodeNpy } from "@xstar/results";
import type { MaximizeFlags } from "@xstar/runs";
import { readRun, writeRun } from "../../address/address.js";
import { router } from "../../address/router.svelte.js";
import type { GivenFile, ModelFacts } from "../../engine/protocol.js";
import type { ViewName } from "../../picture/views.js";
import { viewNames } from "../../picture/views.js";
import { Recording } from "../../run/recording.svelte.js";
import { Timeline } from "../../run/timeline.svelte.js";
import { keepRun } from "../../run/library.js";
import { studio } from "../../state/studio.svelte.js";
import { isStill } from "../../state/theme.svelte.js";

/** What one does with one model: the settings, the run, what is shown of it. All of it is in the address. */
export class Session {
  targets = $state.raw<readonly string[]>([]);
  flags = $state.raw<MaximizeFlags>({});
  view = $state<ViewName>("raw");
  isScaleShared = $state(true);
  focus = $state(0);
  run = $state.raw<Recording>();
  /** A step that the address asks for. */
  private wantedStep: number | undefined;
  ignored = $state.raw<readonly string[]>([]);
  /** The file whose record says what the settings here do not. */
  from = $state<string>();
  readonly timeline = new Timeline();

  constructor(readonly facts: ModelFacts) {
    this.readAddress();
  }

  readAddress(): void {
    const { query } = router.current;
    const { targets, flags, ignored } = readRun(query);
    this.targets = targets;
    this.flags = flags;
    this.ignored = ignored;
    const view = query.get("view");
    const shown = viewNames.find((name) => name === view);
    this.view = shown ?? (this.channels === 1 ? "change" : "raw");
    const step = Number(query.get("step"));
    this.wantedStep = query.has("step") && Number.isInteger(step) ? step : undefined;
  }

  /** Of the picture; 1 where the input is none. */
  private get channels(): number {
    const { contract, inputs } = this.facts.inspection;
    const dims = inputs.find(({ name }) => name === contract?.input)?.dims;
    const found = contract?.contract.layout === "NHWC" ? dims?.[3] : dims?.[1];
    return typeof found === "number" ? found : 3;
  }

  /** The address of what is shown now. */
  query(): URLSearchParams {
    const query = writeRun({ targets: this.targets, flags: this.flags });
    if (this.view !== (this.channels === 1 ? "change" : "raw")) query.set("view", this.view);
    const { position, total, isPlaying } = this.timeline;
    if (!isPlaying && position !== total && this.run) query.set("step", String(position));
    const from = router.current.query.get("from");
    if (from !== null) query.set("from", from);
    return query;
  }

  write(): void {
    router.replace(this.query());
  }

  /** Sets flags; those that are undefined are as the recipe has them. */
  set(flags: { readonly [Name in keyof MaximizeFlags]?: MaximizeFlags[Name] | undefined }): void {
    this.flags = Object.fromEntries(
      Object.entries({ ...this.flags, ...flags }).filter(([, value]) => value !== undefined),
    );
    this.write();
    this.steer();
  }

  /** Changes the target of what runs. */
  aim(text: string): void {
    this.setTargets(text);
    this.steer();
  }

  /** A run that waits takes what was changed when it goes on. */
  private isChanged = false;
  /** Between two parts of one climb. */
  private isSteering = $state(false);

  /** Whether it can be steered: also while a change takes hold, so that nobody's controls vanish under their hands. */
  get isClimbing(): boolean {
    const { run, isSteering } = this;
    if (!run?.facts || run.problem) return false;
    return isSteering || run.status === "running" || run.status === "paused";
  }

  /** Settings that were changed take hold in a run that climbs, from the picture as it is. */
  steer(): void {
    const { run, isSteering } = this;
    // while one change takes hold the run is neither: the next one waits for it
    if (!isSteering && run?.status !== "running" && run?.status !== "paused") return;
    this.isChanged = true;
    if (run?.status === "running" && !isSteering) void this.steerUntilSettled();
  }

  /** Pauses what runs; goes on with what was changed meanwhile. */
  async togglePause(): Promise<void> {
    const { run } = this;
    if (run?.status === "paused" && this.isChanged) await this.steerUntilSettled();
    else await run?.setPaused(run.status === "running");
  }

  private async steerUntilSettled(): Promise<void> {
    this.isSteering = true;
    while (this.isChanged && this.run && !this.run.problem) {
      this.isChanged = false;
      await this.takeOver(this.run);
    }
    this.isSteering = false;
    if (this.run?.status === "done") this.settle(this.run);
  }

  /** The same climb with the settings as they are now; where they need another graph, a new one from the same picture. */
  private async takeOver(run: Recording): Promise<void> {
    run.stop();
    await run.ended;
    if (this.run !== run || run.problem) return;
    const { position } = this.timeline;
    const settings = { model: this.facts.id, targets: this.targets, flags: this.flags };
    const next = new Recording(settings, { resume: run, isSteered: true, from: this.from });
    this.follow(next, { keepsFocus: true });
    if (!this.isFollowing) this.timeline.position = position;
    await next.begun;
    if (!next.problem || this.run !== next) return;
    this.run = run;
    this.branch(run.last);
    await this.run.begun;
  }

  setTargets(text: string): void {
    this.targets = text
      .split(/[;\n]/)
      .map((part) => part.trim())
      .filter(Boolean);
    this.write();
  }

  show(view: ViewName): void {
    this.view = view;
    this.write();
  }

  begin(options: { files?: readonly GivenFile[] } = {}): void {
    const settings = { model: this.facts.id, targets: this.targets, flags: this.flags };
    this.follow(new Recording(settings, { ...options, from: this.from }));
  }

  /** More steps of the same run. */
  extend(by: number): void {
    const { run } = this;
    if (!run?.facts) return;
    this.flags = { ...this.flags, steps: run.facts.steps + by };
    this.write();
    const options = { resume: run, from: this.from };
    this.follow(new Recording({ ...run.settings, flags: this.flags }, options), { keepsFocus: true });
  }

  /** A run with the settings as they are now, from the pictures of a step of this one. */
  branch(step: number): void {
    const { run } = this;
    if (!run?.facts) return;
    run.stop();
    const isOne = new Set(run.facts.jobs.map(({ target }) => target)).size === 1;
    const pictures = isOne ? run.facts.jobs.map((_, i) => i) : [this.focus];
    const files = pictures.flatMap((i): GivenFile[] => {
      const planes = run.planes(step, i);
      if (!planes) return [];
      const data = Float32Array.from(planes.data);
      const bytes = encodeNpy({ dtype: "float32", shape: planes.shape, data }) as Uint8Array<ArrayBuffer>;
      return [{ path: `${run.facts!.jobs[i]!.slug}-step-${run.keptStep(step)}.npy`, bytes }];
    });
    if (!isOne) this.targets = [run.facts.jobs[this.focus]!.target];
    this.flags = { ...this.flags, start: files.map(({ path }) => path) };
    this.write();
    this.begin({ files });
  }

  private follow(run: Recording, { keepsFocus = false } = {}): void {
    this.run?.stop();
    this.run = run;
    const { timeline } = this;
    timeline.reset(run.facts?.steps ?? 0, Math.max(0, run.last));
    if (!keepsFocus) this.focus = 0;
    void run
      .begin(() => {
        if (this.run !== run) return;
        timeline.total = run.facts?.steps ?? run.last;
        timeline.last = Math.max(0, run.last);
        // what comes is shown as it comes, until somebody looks at a step
        if (!timeline.isPlaying && this.isFollowing && !isStill()) timeline.position = timeline.last;
        if (run.status === "done" && !this.isSteering) this.settle(run);
      })
      .then(() => (this.isSteering ? undefined : keepRun(this.facts, run)));
  }

  /** Whether the newest step is shown as long as steps come. */
  isFollowing = $state(true);

  private settle(run: Recording): void {
    const { timeline } = this;
    timeline.total = run.last;
    timeline.last = run.last;
    const step = this.wantedStep;
    this.wantedStep = undefined;
    if (step !== undefined) timeline.go(step);
    else if (this.isFollowing) timeline.position = run.last;
    studio.say(`The run has ended after ${run.last} steps`);
  }

  close(): void {
    this.run?.stop();
    this.timeline.pause();
  }
}
