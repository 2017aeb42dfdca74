/** Stands for node:fs and node:path where the tests run in a browser: no file is there, and tests that need one skip. */
export const existsSync = (): boolean => false;
export const readdirSync = (): string[] => [];
export const join = (...parts: string[]): string => parts.join("/");
export const dirname = (path: string): string => path;
export const readFileSync = noFile;
export const statSync = noFile;

function noFile(path: string): never {
  throw new Error(`A browser does not read ${path}`);
}
