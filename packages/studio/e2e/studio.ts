import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type FileChooser,
  type Page,
} from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { chromium as executable } from "../../../scripts/chromium.js";
import { serveStudio, type ServeOptions, type StudioServer } from "../../xstar/src/studio/serve.js";

export const shared = fileURLToPath(new URL("../../../../shared/", import.meta.url));
export const hasModels = existsSync(`${shared}models/`);

/** A page that is open, and what went wrong in it. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the page and of its console. */
  readonly errors: string[];
  /** Requests to anybody else. */
  readonly foreign: string[];
}

/** The built studio, served and looked at in Chromium. */
export interface Stand {
  readonly address: () => string;
  visit(hash?: string, options?: BrowserContextOptions): Promise<Visit>;
}

export interface StandOptions extends Partial<ServeOptions> {
  /** Further flags of Chromium. */
  readonly args?: readonly string[];
}

/** Tests of the built studio in Chromium; skipped with a message where that is not there. */
export function describeStudio(
  name: string,
  { args = [], ...options }: StandOptions,
  tests: (stand: Stand) => void,
): void {
  if (!executable) console.warn(`${name}: skipped, without Chromium (apt-get install chromium)`);
  describe.skipIf(!executable)(name, { timeout: 480_000 }, () => {
    let server: StudioServer;
    let browser: Browser;
    beforeAll(async () => {
      server = await serveStudio({ port: 0, ...options });
      browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox", ...args] });
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });
    tests({
      address: () => server.address,
      async visit(hash = "", options = {}) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
        // machines are shared and slow at times: what is waited for is a state, and this only ends what hangs
        context.setDefaultTimeout(120_000);
        const page = await context.newPage();
        const errors: string[] = [];
        const foreign: string[] = [];
        page.on("pageerror", ({ message }) => errors.push(message));
        page.on(
          "console",
          (message) => message.type() === "error" && errors.push(`${message.text()} (${message.location().url})`),
        );
        page.on("request", (request) => {
          const url = request.url();
          if (!url.startsWith(server.address) && !url.startsWith("blob:") && !url.startsWith("data:"))
            foreign.push(url);
        });
        await page.goto(server.address + hash);
        return { page, context, errors, foreign };
      },
    });
  });
}

/** Gives the files to the page as if they were chosen. */
export async function choose(page: Page, files: Parameters<FileChooser["setFiles"]>[0]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (await chooser).setFiles(files);
}

/** The run on the page has ended. */
export async function ended(page: Page, timeout = 120_000): Promise<void> {
  await page.locator(".chip", { hasText: /(ended|stopped) after/ }).waitFor({ timeout });
}
