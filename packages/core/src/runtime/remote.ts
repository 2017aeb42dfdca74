import { XstarError, type ErrorJson } from "../errors.js";
import type { Tensor } from "../tensor.js";
import type { OpenOptions, Port, Runtime, Session } from "./runtime.js";

/** One end of a connection: a worker, its own `self`, or a port of a channel. */
export interface MessageEnd {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: ((event: never) => unknown) | null;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** What is asked for; the session is the number of the request that opened it. */
type Request =
  | { readonly ask: "name" }
  | { readonly ask: "open"; readonly model: Uint8Array; readonly options: OpenOptions; readonly onHost: boolean }
  | { readonly ask: "run"; readonly session: number; readonly feeds: Tensors; readonly outputs?: readonly string[] }
  | { readonly ask: "release"; readonly session: number };

interface Named {
  readonly name: string;
  readonly lowering: Runtime["lowering"];
  readonly threads: number;
  readonly host?: Named;
}

interface Opened {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: ErrorJson };

/**
 * Lets the other end of a connection run graphs here: in a worker, so that the one who climbs is free while a step runs, and can be
 * stopped in the middle of it.
 *
 * @example
 * const serve = (worker: MessageEnd) => serveRuntime(fromOrt(ort), worker);
 */
export function serveRuntime(runtime: Runtime | Promise<Runtime>, end: MessageEnd): void {
  const sessions = new Map<number, Session>();
  // who asks first is told
  Promise.resolve(runtime).catch(() => undefined);
  const answer = async (id: number, request: Request): Promise<unknown> => {
    const served = await runtime;
    if (request.ask === "name") return named(served);
    if (request.ask === "open") {
      const session = await ((request.onHost && served.host) || served).open(request.model, request.options);
      sessions.set(id, session);
      return { inputs: session.inputs, outputs: session.outputs } satisfies Opened;
    }
    const session = sessions.get(request.session)!;
    if (request.ask === "run") return session.run(request.feeds, request.outputs);
    sessions.delete(request.session);
    return session.release();
  };
  end.onmessage = async ({ data }: { readonly data: Request & { readonly id: number } }) => {
    const { id } = data;
    try {
      const value = await answer(id, data);
      end.postMessage({ id, value } satisfies Answer, data.ask === "run" ? buffersOf(value as Tensors) : []);
    } catch (error) {
      const known = XstarError.is(error) ? error : new XstarError("runtime-failure", String(error));
      end.postMessage({ id, error: known.toJSON() } satisfies Answer, []);
    }
  };
}

const named = ({ name, lowering, threads, host }: Runtime): Named => ({
  name,
  lowering,
  threads,
  ...(host && { host: named(host) }),
});

/** What only the other end needs from now on. */
const buffersOf = (results: Tensors) => [
  ...new Set(
    Object.values(results).flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : [])),
  ),
];

/**
 * The runtime that the other end of a connection serves. Throws what it throws.
 *
 * @example
 * const open = async (worker: MessageEnd) => openModel(bytes, { runtime: await connectRuntime(worker) });
 */
export async function connectRuntime(end: MessageEnd): Promise<Runtime> {
  let count = 0;
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  end.onmessage = ({ data }: { readonly data: Answer }) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) one?.reject(XstarError.from(data.error));
    else one?.resolve(data.value);
  };
  const ask = async <T>(request: Request): Promise<{ readonly id: number; readonly value: T }> => {
    const id = ++count;
    const value = await new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      end.postMessage({ ...request, id }, []);
    });
    return { id, value: value as T };
  };
  const { value: served } = await ask<Named>({ ask: "name" });
  return remote(served, ask, false);
}

type Ask = <T>(request: Request) => Promise<{ readonly id: number; readonly value: T }>;

function remote({ host, ...facts }: Named, ask: Ask, onHost: boolean): Runtime {
  return {
    ...facts,
    ...(host && { host: remote(host, ask, true) }),
    async open(model, options = {}) {
      const { id: session, value } = await ask<Opened>({ ask: "open", model, options, onHost });
      return {
        ...value,
        async run(feeds, outputs, into = {}) {
          const { value: results } = await ask<Record<string, Tensor>>({
            ask: "run",
            session,
            feeds,
            ...(outputs && { outputs }),
          });
          for (const [name, target] of Object.entries(into)) {
            if (!results[name]) continue;
            (target.data as Float32Array).set(results[name].data as Float32Array);
            results[name] = target;
          }
          return results;
        },
        async release() {
          await ask({ ask: "release", session });
        },
      };
    },
  };
}
