import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";
import { XstarError } from "@xstar/core";
import { folder as builtFolder } from "@xstar/studio";
import { isThere } from "../files/folder.js";

export interface ServeOptions {
  /** The folder of the built studio. @default that of the package @xstar/studio */
  readonly folder?: string | undefined;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Files that the studio opens when it begins, by the paths that it has for them. */
  readonly files?: ReadonlyMap<string, string> | undefined;
  /** Whether the page may have threads: it shares nothing with others then. @default true */
  readonly isIsolated?: boolean | undefined;
}

/** A studio that is being served. */
export interface StudioServer {
  readonly address: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** The page has a policy of its own (packages/studio/build/policy.ts); this is what only a header can say. */
const policy = "frame-ancestors 'self'";

/**
 * Serves the studio on this machine alone, with the headers that let its page have threads. Throws `file-not-readable` where it was
 * not built, `bad-argument` for a port that is taken.
 */
export async function serveStudio(options: ServeOptions): Promise<StudioServer> {
  const { port, folder = builtFolder, files = new Map(), isIsolated = true } = options;
  if (!(await isThere(join(folder, "index.html"))))
    throw new XstarError("file-not-readable", `The studio is not in "${folder}"`, { hint: "npm run build makes it" });
  const server = createServer((request, response) => {
    void answer(request, response, { folder, files, isIsolated }).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      const problem = isTaken ? `Port ${port} is taken` : `Port ${port} cannot be used: ${error.message}`;
      reject(new XstarError("bad-argument", problem, { hint: "Give another with --port" }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

type Served = Required<Pick<ServeOptions, "isIsolated">> & {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
};

async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const isHere = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? "");
  // another name that leads here is that of a page which wants to read what is not its own
  if (!isHere) return refuse(response, 403);
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
  const path = pathOf(request.url);
  if (path === undefined) return refuse(response, 400);
  if (path === "/local/files.json") return send(response, served, JSON.stringify([...served.files.keys()]));
  const local = path.startsWith("/local/") ? served.files.get(path.slice("/local/".length)) : undefined;
  if (path.startsWith("/local/") && local === undefined) return refuse(response, 404);
  const place = local ?? inFolder(served.folder, path);
  const facts = place === undefined ? undefined : await stat(place).catch(() => undefined);
  if (place === undefined || !facts?.isFile()) return refuse(response, 404);
  response.writeHead(200, {
    ...headersOf(served),
    "Content-Type": types[extname(place)] ?? "application/octet-stream",
    "Content-Length": facts.size,
    // files in assets/ have their content in their name
    "Cache-Control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  });
  if (request.method === "HEAD") response.end();
  else createReadStream(place).pipe(response);
}

function pathOf(url = "/"): string | undefined {
  try {
    const { pathname } = new URL(url, "http://localhost");
    return decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  } catch {
    return undefined;
  }
}

function inFolder(folder: string, path: string): string | undefined {
  const place = normalize(join(folder, path));
  return place.startsWith(folder + sep) && !path.includes("\0") ? place : undefined;
}

const headersOf = ({ isIsolated }: Pick<Served, "isIsolated">) => ({
  ...(isIsolated && { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }),
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": policy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
});

function send(response: ServerResponse, served: Served, json: string): void {
  response.writeHead(200, { ...headersOf(served), "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(json);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
