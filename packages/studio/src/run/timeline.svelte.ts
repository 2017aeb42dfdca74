/** What plays: one clock for all panes of a screen, at a pace of its own. */
export class Timeline {
  /** The step that is shown. */
  position = $state(0);
  isPlaying = $state(false);
  /** Steps a second. */
  pace = $state(12);
  /** The last step that there is so far. */
  last = $state(0);
  /** Steps that will be there in the end. */
  total = $state(0);
  private frame = 0;
  private since = 0;

  get isAtEnd(): boolean {
    return this.position >= this.last;
  }

  play(): void {
    if (this.isPlaying) return;
    if (this.position >= this.total && this.total > 0) this.position = 0;
    this.isPlaying = true;
    this.since = performance.now();
    const tick = (now: number) => {
      const steps = Math.floor(((now - this.since) * this.pace) / 1000);
      if (steps > 0) {
        this.since += (steps * 1000) / this.pace;
        this.position = Math.min(this.last, this.position + steps);
        if (this.position >= this.last) this.since = now;
      }
      if (this.position >= this.total) this.isPlaying = false;
      else this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  pause(): void {
    cancelAnimationFrame(this.frame);
    this.isPlaying = false;
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  go(step: number): void {
    this.pause();
    this.position = Math.max(0, Math.min(this.last, Math.round(step)));
  }

  step(by: number): void {
    this.go(this.position + by);
  }

  /** Begins anew, at a step that is there already. */
  reset(total: number, at = 0): void {
    this.pause();
    this.position = at;
    this.last = at;
    this.total = total;
  }
}
