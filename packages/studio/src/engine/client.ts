import { XstarError, type ErrorJson } from "@xstar/core";
import type { CallName, Calls, FromEngine, Request } from "./protocol.js";

export interface CallOptions<K extends CallName> {
  readonly onNews?: (news: Calls[K]["news"]) => void;
  readonly signal?: AbortSignal | undefined;
  readonly transfer?: Transferable[];
}

interface Pending {
  resolve(answer: never): void;
  reject(error: Error): void;
  onNews(news: never): void;
}

/** The engine's worker, from the page: calls by name, news on the way, abort. One that dies is replaced at the next call. */
export class Engine {
  private worker: Worker | undefined;
  private next = 0;
  private readonly pending = new Map<number, Pending>();

  /** Told when the worker died: what it held is gone. */
  onLost: () => void = () => {};
  /** Told when the graphics processor failed, and why: runs go on without it. */
  onLeft: (why: string) => void = () => {};

  call<K extends CallName>(call: K, args: Calls[K]["args"], options: CallOptions<K> = {}): Promise<Calls[K]["answer"]> {
    const { onNews = () => {}, signal, transfer = [] } = options;
    const worker = (this.worker ??= this.begin());
    const id = this.next++;
    return new Promise<Calls[K]["answer"]>((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onNews });
      const request: Request<K> = { id, call, args };
      worker.postMessage(request, transfer);
      if (signal?.aborted) worker.postMessage({ abort: id });
      signal?.addEventListener("abort", () => worker.postMessage({ abort: id }), { once: true });
    });
  }

  /** Ends the worker, as a lack of memory would. */
  lose(why = "it was ended"): void {
    this.worker?.terminate();
    this.worker = undefined;
    const error = new XstarError("runtime-failure", `The engine stopped: ${why}`, {
      hint: "Run again: it begins anew",
    });
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
    this.onLost();
  }

  private begin(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "xstar engine" });
    worker.onmessage = ({ data }: MessageEvent<FromEngine>) => this.take(data);
    worker.onerror = ({ message }) => this.lose(message || "its file could not be loaded");
    return worker;
  }

  private take(message: FromEngine): void {
    if ("left" in message) return this.onLeft(message.left);
    const pending = this.pending.get(message.id);
    if (!pending) return;
    if ("news" in message) return pending.onNews(message.news as never);
    this.pending.delete(message.id);
    if ("error" in message) pending.reject(XstarError.from(message.error as ErrorJson));
    else pending.resolve(message.answer as never);
  }
}
