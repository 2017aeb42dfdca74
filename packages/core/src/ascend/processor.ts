import { XstarError } from "../errors.js";
import type { WeightFiles } from "../onnx/weights.js";
import type { Runtime, Session } from "../runtime/runtime.js";

/** A graph to open, and the outputs that are the next values of its inputs. */
interface Opened {
  readonly bytes: Uint8Array;
  readonly files: WeightFiles;
  readonly next?: Readonly<Record<string, string>>;
}

/**
 * What runs the graphs of an ascent: a device, as long as it does not fail and the first run of each graph gives what the processor
 * beside it gives; from then on that processor.
 */
export class Processor {
  /** Why the device was left; undefined while it is not. */
  left: string | undefined;

  constructor(private readonly runtime: Runtime) {}

  async open({ bytes, files, next }: Opened): Promise<Session> {
    const { host } = this.runtime;
    if (!host) return this.runtime.open(bytes, { files, isRepeated: true });
    const device = await this.attempt(() => this.runtime.open(bytes, { files }));
    if (!device) return host.open(bytes, { files });
    const { watchedSession } = await import("./watched-session.js");
    return watchedSession(device, {
      openBeside: () => host.open(bytes, { files }),
      next: next ?? {},
      attempt: (work) => this.attempt(work),
      leave: (why) => (this.left = why),
    });
  }

  /** What the device gives; undefined where it was left, or is now, because it failed. */
  private async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.left !== undefined) return undefined;
    try {
      return await work();
    } catch (error) {
      if (!XstarError.is(error)) throw error;
      this.left = `it failed: ${error.message}`;
      return undefined;
    }
  }
}
