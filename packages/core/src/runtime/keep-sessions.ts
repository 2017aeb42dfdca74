import type { OpenOptions, Runtime, Session } from "./runtime.js";

/** A runtime whose sessions stay open for the next one who opens the same graph. */
export interface KeepingRuntime extends Runtime {
  /** Closes the sessions that nobody uses. */
  release(): Promise<void>;
}

interface Kept {
  readonly model: Uint8Array;
  readonly options: OpenOptions;
  readonly session: Promise<Session>;
  users: number;
}

/**
 * Keeps up to `limit` unused sessions open, those that were used last, and gives them to whoever opens the same bytes
 * with the same weights again. Targets of one layer differ only in their live inputs, so one session serves all of them.
 *
 * @example
 * const runtime = keepSessions(fromOrt(ort));
 * const model = openModel(bytes, { runtime });
 */
export function keepSessions(runtime: Runtime, limit = 4): KeepingRuntime {
  /** The one that was used last is the last. */
  let kept: Kept[] = [];

  const trim = async (most: number) => {
    const idle = kept.filter(({ users }) => users === 0);
    const dropped = new Set(idle.slice(0, Math.max(0, idle.length - most)));
    kept = kept.filter((one) => !dropped.has(one));
    await Promise.all([...dropped].map(async ({ session }) => (await session).release()));
  };
  const forget = (one: Kept) => {
    kept = kept.filter((other) => other !== one);
  };

  return {
    get name() {
      return runtime.name;
    },
    get threads() {
      return runtime.threads;
    },
    lowering: runtime.lowering,
    ...(runtime.host && { host: runtime.host }),
    async open(model, options = {}) {
      const known = kept.find((one) => isSame(one, model, options));
      const entry = known ?? { model, options, session: runtime.open(model, options), users: 0 };
      forget(entry);
      kept.push(entry);
      entry.users++;
      const session = await entry.session.catch((error: unknown) => {
        forget(entry);
        throw error;
      });
      let isReleased = false;
      return {
        inputs: session.inputs,
        outputs: session.outputs,
        run: (...given) => session.run(...given),
        async release() {
          if (isReleased) return;
          isReleased = true;
          entry.users--;
          await trim(limit);
        },
      };
    },
    release: () => trim(0),
  };
}

function isSame(kept: Kept, model: Uint8Array, { files = new Map<string, Uint8Array>(), optimization }: OpenOptions) {
  const { files: own = new Map<string, Uint8Array>(), optimization: same } = kept.options;
  return (
    optimization === same &&
    files.size === own.size &&
    [...files].every(([path, bytes]) => own.get(path) === bytes) &&
    model.length === kept.model.length &&
    model.every((byte, at) => byte === kept.model[at])
  );
}
