import { fileURLToPath } from "node:url";

/** The folder of the studio's static files. */
export const folder = fileURLToPath(new URL("./dist", import.meta.url));
