import { queuePage } from "./queue-page.js";
import { serveText, type Serving } from "./serve-text.js";
import { queueStatus } from "./status.js";

/** Serves a page of how the queue of a version is, on this machine alone, and the same as `/status.json`. Throws `bad-argument` for a port that is taken. */
export function serveQueue(address: string, version: string, port: number): Promise<Serving> {
  const security = { "content-security-policy": "default-src 'self' 'unsafe-inline'" };
  return serveText({ port, host: "127.0.0.1", flag: "--serve" }, async (path) => {
    if (path === "/") return { status: 200, type: "text/html; charset=utf-8", text: queuePage, headers: security };
    if (path !== "/status.json") return { status: 404, text: "There are / and /status.json\n" };
    try {
      return { status: 200, type: "application/json", text: JSON.stringify(await queueStatus(address, version)) };
    } catch (error) {
      return { status: 503, text: error instanceof Error ? error.message : String(error) };
    }
  });
}
