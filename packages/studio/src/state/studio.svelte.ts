import { XstarError, type ErrorJson } from "@xstar/core";
import { Engine } from "../engine/client.js";
import type { EngineFacts, EngineWish, GivenFile, ModelFacts } from "../engine/protocol.js";
import { readWithProgress } from "../engine/read.js";
import { storedModel, storeModel } from "./model-store.js";

export const engine = new Engine();

type EngineState =
  | { readonly is: "idle" }
  | { readonly is: "loading"; readonly loaded: number; readonly total: number }
  | { readonly is: "ready"; readonly facts: EngineFacts }
  | { readonly is: "failed"; readonly problem: Problem };

/** What went wrong, in a sentence, and what to do. */
export type Problem = Pick<ErrorJson, "code" | "message" | "hint" | "details">;

export function problemOf(error: unknown): Problem {
  if (XstarError.is(error)) {
    const { code, message, hint, details } = error;
    return { code, message, ...(hint !== undefined && { hint }), ...(details && { details }) };
  }
  return { code: "runtime-failure", message: error instanceof Error ? error.message : String(error) };
}

const wishKey = "xstar-engine";

/** What somebody chose to run with, here. */
export function wish(): EngineWish {
  try {
    return JSON.parse(localStorage.getItem(wishKey) ?? "{}") as EngineWish;
  } catch {
    return {};
  }
}

/** Something to know, and where to go for it. */
interface Notice {
  readonly text: string;
  readonly link: readonly [address: string, words: string];
}

/** What all screens share: the engine, the open models, the files that came with them. */
class Studio {
  engine = $state.raw<EngineState>({ is: "idle" });
  /** Steps a second of the latest run; undefined while nothing was run. */
  speed = $state<number>();
  models = $state.raw<ReadonlyMap<string, ModelFacts>>(new Map());
  /** Whether there is no connection: all but opening addresses works. */
  isOffline = $state(!navigator.onLine);
  /** What everybody should see, until it is put away. */
  notice = $state.raw<Notice>();
  /** What a screen reader is told. */
  announcement = $state("");
  /** Files of a drop by model, to open it again after the engine was lost. */
  private readonly given = new Map<string, readonly GivenFile[]>();

  constructor() {
    addEventListener("online", () => (this.isOffline = false));
    addEventListener("offline", () => (this.isOffline = true));
    engine.onLeft = (left) => {
      if (this.engine.is !== "ready" || this.engine.facts.left !== undefined) return;
      this.engine = { is: "ready", facts: { ...this.engine.facts, backend: "wasm", left } };
    };
    engine.onLost = () => {
      this.engine = { is: "idle" };
      this.models = new Map();
      this.opening.clear();
    };
  }

  async start(): Promise<EngineFacts> {
    if (this.engine.is === "ready") return this.engine.facts;
    if (this.engine.is !== "loading") this.engine = { is: "loading", loaded: 0, total: 0 };
    try {
      const onNews = (news: { loaded: number; total: number }) => (this.engine = { is: "loading", ...news });
      const facts = await engine.call("start", wish(), { onNews });
      this.engine = { is: "ready", facts };
      return facts;
    } catch (error) {
      this.engine = { is: "failed", problem: problemOf(error) };
      throw error;
    }
  }

  /** Gives up what is loaded or prepared. */
  cancel(): void {
    engine.lose("it was cancelled");
  }

  /** Another engine from now on: what runs is ended, and begins again where it is asked for. */
  choose(next: EngineWish): void {
    try {
      localStorage.setItem(wishKey, JSON.stringify(next));
    } catch {
      // not kept, then
    }
    engine.lose("another one was chosen");
    location.reload();
  }

  /** Models that are being opened: a second time would take away what was dropped beside the first. */
  private readonly opening = new Map<string, Promise<ModelFacts | undefined>>();

  async article(): Promise<ModelFacts> {
    return (await this.model("article"))!;
  }

  /** A model that is open; the article's is opened where it is asked for. Undefined for one that has to be dropped. */
  async model(id: string): Promise<ModelFacts | undefined> {
    const known = this.models.get(id);
    if (known) return known;
    const opening = this.opening.get(id) ?? (id === "article" ? this.openArticle() : this.openKept(id));
    this.opening.set(id, opening);
    return opening.finally(() => this.opening.delete(id));
  }

  private async openArticle(): Promise<ModelFacts> {
    const [bytes] = await Promise.all([readWithProgress("./article.onnx.gz"), this.start()]);
    return this.keep(await engine.call("openArticle", { bytes }));
  }

  private async openKept(id: string): Promise<ModelFacts | undefined> {
    const files = this.given.get(id) ?? (await storedModel(id));
    if (!files) return undefined;
    await this.start();
    const received = await engine.call("receive", { files });
    return received.kind === "model" ? this.keep(received.model, files) : undefined;
  }

  keep(facts: ModelFacts, files?: readonly GivenFile[]): ModelFacts {
    this.models = new Map([...this.models, [facts.id, facts]]);
    if (files && !this.given.has(facts.id)) {
      this.given.set(facts.id, files);
      void storeModel(facts, files).catch(() => {
        const text = `This browser has no room to keep ${facts.name}: it is open until this tab is closed`;
        this.notice = { text, link: ["#/library", "See what takes the room"] };
      });
    }
    return facts;
  }

  say(text: string): void {
    this.announcement = text;
  }
}

export const studio = new Studio();
