import { XstarError } from "@xstar/core";
import { Redis } from "ioredis";

/** What a connection to `redis://[user:password@]host[:port][/number]` is opened with; `rediss://` is one with TLS. Throws `bad-argument`. */
export function connectionOf(address: string) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === "") {
    throw new XstarError(
      "bad-argument",
      `"--queue" must be an address such as redis://HOST: current value is ${withoutPassword(address)}`,
    );
  }
  const number = url.pathname.slice(1);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 6379 : Number(url.port),
    ...(url.username !== "" && { username: decodeURIComponent(url.username) }),
    ...(url.password !== "" && { password: decodeURIComponent(url.password) }),
    ...(number !== "" && { db: Number(number) }),
    ...(url.protocol === "rediss:" && { tls: {} }),
    // who waits for a server that is being restarted goes on when it is back
    maxRetriesPerRequest: null,
    retryStrategy: (attempt: number) => Math.min(2000, 100 * attempt),
  };
}

/** Milliseconds that BullMQ has to close. After a restart of the server it may wait for an answer that never comes. */
export const closeMs = 5000;

/** Cuts the connections of what did not close: nothing goes on trying. They may never say that they ended. */
export function cut(...ends: readonly { disconnect(): Promise<void> }[]): void {
  for (const end of ends) void end.disconnect().catch(() => undefined);
}

/**
 * Does again what the end of a connection broke off in the middle: of several commands in one the client repeats only those of which no
 * answer was there yet. What is done has to be as good twice as once.
 */
export async function untilWhole<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if ((error as Error).name !== "AbortError") throw error;
    }
  }
}

/** The address as it may be printed. */
export const withoutPassword = (address: string): string => address.replace(/\/\/([^@/]*)@/, "//***@");

/** Opens a connection and sees whether the server answers. Throws `unreachable` with why it does not. */
export async function openRedis(address: string): Promise<Redis> {
  const options = connectionOf(address);
  const trial = new Redis({
    ...options,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: 5000,
  });
  let problem: Error | undefined;
  trial.on("error", (error: Error) => (problem ??= error));
  try {
    await trial.connect();
    await trial.ping();
  } catch (error) {
    throw explain(address, problem ?? (error as Error));
  } finally {
    trial.disconnect();
  }
  const redis = new Redis(options);
  redis.on("error", () => undefined);
  return redis;
}

function explain(address: string, { message, ...rest }: Error): XstarError {
  const server = `The queue at ${withoutPassword(address)}`;
  const of = (problem: string, hint: string) => new XstarError("unreachable", `${server} ${problem}`, { hint });
  if (/WRONGPASS|invalid (?:username-)?password/i.test(message))
    return of("does not take this name and password", "Write them as redis://NAME:PASSWORD@HOST");
  if (/NOAUTH/.test(message)) return of("wants a password", "Write it as redis://:PASSWORD@HOST");
  if (/NOPERM/.test(message))
    return of(`does not allow this user what xstar needs: ${message}`, "docs/scale.md has the rules of a worker");
  const code = (rest as { code?: string }).code ?? message;
  return of(`does not answer: ${code}`, "Look whether the address is right, and Redis or Valkey runs there");
}
