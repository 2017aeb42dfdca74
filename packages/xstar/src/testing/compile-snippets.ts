import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A program by the name of its file, without ending. */
export interface Snippet {
  readonly file: string;
  readonly code: string;
}

interface CompileOptions {
  /** Where they are written, with a folder `node_modules` beside them. */
  readonly place: string;
  readonly root: string;
  readonly isForBrowser?: boolean;
  /** Beyond plain strictness. */
  readonly checks?: Readonly<Record<string, boolean>>;
}

const run = promisify(execFile);

/** Compiles programs, strictly, to JavaScript beside them; gives what the compiler says, a line for each mistake. */
export async function compileSnippets(
  snippets: readonly Snippet[],
  { place, root, isForBrowser = false, checks = {} }: CompileOptions,
): Promise<readonly string[]> {
  for (const { file, code } of snippets) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, `${file}.ts`), code);
  }
  const compilerOptions = {
    target: "es2023",
    lib: ["es2024", "esnext.disposable", ...(isForBrowser ? ["dom", "dom.iterable"] : [])],
    types: isForBrowser ? [] : ["node"],
    module: "esnext",
    moduleResolution: "bundler",
    ...(isForBrowser && { customConditions: ["browser"] }),
    strict: true,
    ...checks,
    skipLibCheck: true,
  };
  const config = join(place, `tsconfig.${isForBrowser ? "browser" : "node"}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files: snippets.map(({ file }) => `${file}.ts`) }));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const said = await run(process.execPath, [tsc, "-p", config], { cwd: place }).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string; readonly stderr: string }) => error.stdout + error.stderr,
  );
  return said.split("\n").filter((line) => line !== "");
}
