import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Names the folder of what is kept between commands; `off` keeps nothing. */
const variable = "XSTAR_CACHE";

/** Where this system keeps what can be made again; undefined where nothing is to be kept. */
export function cacheFolder(env: Environment = process.env, system: string = process.platform): string | undefined {
  const named = env[variable];
  if (named !== undefined && named !== "") return named === "off" ? undefined : named;
  return join(platformFolder(env, system), "xstar");
}

function platformFolder(env: Environment, system: string): string {
  if (system === "win32") return env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  if (system === "darwin") return join(homedir(), "Library", "Caches");
  return env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
}
