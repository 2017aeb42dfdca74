import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { XstarError } from "@xstar/core";

/** What a path answers. */
export interface Answer {
  readonly status: number;
  /** @default plain text */
  readonly type?: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that runs. */
export interface Serving {
  readonly port: number;
  close(): void;
}

/** Where it is served. */
export interface ServingPlace {
  readonly port: number;
  /** @default all addresses of this machine */
  readonly host?: string;
  /** The flag that a port is given with. */
  readonly flag: string;
}

/** Serves texts. Throws `bad-argument` for a port that is taken. */
export async function serveText(
  { port, host, flag }: ServingPlace,
  answer: (path: string) => Answer | Promise<Answer>,
): Promise<Serving> {
  const server = createServer(async ({ url = "/" }, response) => {
    const { status, type = "text/plain; charset=utf-8", text, headers } = await answer(url);
    response.writeHead(status, { "content-type": type, ...headers }).end(text);
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new XstarError("bad-argument", `Port ${port} cannot be served: ${(cause as NodeJS.ErrnoException).code}`, {
      hint: `Give another one with ${flag}`,
      cause,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
