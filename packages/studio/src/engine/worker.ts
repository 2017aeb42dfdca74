import { XstarError, type ErrorJson } from "@xstar/core";
import { openFiles, setContract } from "./models.js";
import { startOrt } from "./ort.js";
import type { CallName, Calls, FromEngine, Request, ToEngine } from "./protocol.js";
import { unzip } from "./read.js";
import { forgetRuns, makeRun, pauseRun, runOf } from "./runs.js";

interface Context<K extends CallName> {
  readonly signal: AbortSignal;
  tell(news: Calls[K]["news"], transfer?: Transferable[]): void;
}

type Table = { readonly [K in CallName]: (args: Calls[K]["args"], context: Context<K>) => Promise<Calls[K]["answer"]> };

/** What is not needed for a run is loaded when it is asked for. */
const calls: Table = {
  start: async (wish, { tell }) =>
    (
      await startOrt(
        wish,
        (loaded, total) => tell({ loaded, total }),
        (left) => post({ left }),
      )
    ).facts,
  openArticle: async ({ bytes }) =>
    openFiles([{ path: "article.onnx", bytes: bytes[0] === 0x1f ? await unzip(bytes) : bytes }], "article"),
  receive: async ({ files }, { tell }) =>
    (await import("./receive.js")).receiveFiles(files, (reading) => tell({ reading })),
  setContract: ({ model, contract, sides }) => setContract(model, contract, sides),
  run: (request, { tell, signal }) => makeRun(request.id, request, tell, signal),
  predict: async (settings) => (await import("./black-box.js")).predictRun(settings),
  async pause({ run, isPaused }) {
    pauseRun(run, isPaused);
    return null;
  },
  classify: async ({ model, pictures }) => (await import("./look.js")).classifyPictures(model, pictures),
  measure: async ({ model, target, pictures }) => (await import("./look.js")).measurePictures(model, target, pictures),
  explain: async (args, { tell, signal }) => (await import("./explain.js")).explainPicture(args, tell, signal),
  readPicture: async ({ model, path }) => (await import("./look.js")).readPictureFor(model, path),
  async units(args, { tell, signal }) {
    await (await import("./units.js")).drawUnits(args, tell, signal);
    return null;
  },
  examples: async ({ model, target }, { tell, signal }) =>
    (await import("./examples.js")).findExcitingPictures(model, target, tell, signal),
  export: async ({ run, kind, picture }) => (await import("./exports.js")).exportRun(run, kind, picture),
  runFile: async ({ run }) => (await import("./exports.js")).runFileIn(runOf(run)),
  async forget({ runs }) {
    forgetRuns(runs);
    return null;
  },
};

const running = new Map<number, AbortController>();

const post = (message: FromEngine, transfer: Transferable[] = []) => self.postMessage(message, { transfer });

self.onmessage = ({ data }: MessageEvent<ToEngine>) => {
  if ("abort" in data) running.get(data.abort)?.abort();
  else void answer(data);
};

async function answer<K extends CallName>({ id, call, args }: Request<K>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const context: Context<K> = {
    signal: controller.signal,
    tell: (news, transfer) => post({ id, news }, transfer),
  };
  try {
    post({ id, answer: await (calls[call] as unknown as Table[K])(args, context) });
  } catch (error) {
    post({ id, error: asJson(error) });
  } finally {
    running.delete(id);
  }
}

function asJson(error: unknown): ErrorJson {
  if (XstarError.is(error)) return JSON.parse(JSON.stringify(error)) as ErrorJson;
  const message = error instanceof Error ? error.message : String(error);
  const hint = "This is a fault of xstar: please report it with the diagnostics";
  const stack = error instanceof Error ? error.stack : undefined;
  return { code: "runtime-failure", message, hint, ...(stack !== undefined && { stack }) };
}
