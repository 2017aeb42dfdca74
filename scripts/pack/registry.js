/** A registry of packages for one machine: a folder of tarballs behind the few addresses that `npm install` asks for. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** What a registry tells of a tarball: its package.json, and what it found inside. */
function describe(folder, file, origin) {
  const path = join(folder, file);
  const tar = (...args) => spawnSync("tar", args, { encoding: "utf8", maxBuffer: 1 << 26 }).stdout;
  const inside = tar("-tzf", path).split("\n");
  const [top] = inside[0].split("/");
  const manifest = JSON.parse(tar("-xzOf", path, `${top}/package.json`));
  const { install, preinstall, postinstall } = manifest.scripts ?? {};
  return {
    ...manifest,
    ...((install || preinstall || postinstall) && { hasInstallScript: true }),
    _hasShrinkwrap: inside.includes(`${top}/npm-shrinkwrap.json`),
    dist: {
      tarball: `${origin}/-/${file}`,
      integrity: `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`,
    },
  };
}

/** Serves a folder of tarballs on loopback; gives the address and what closes it. */
export async function serveTarballs(folder) {
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? "/").slice(1));
    if (name.startsWith("-/")) return void createReadStream(join(folder, name.slice(2))).pipe(response);
    const found = packages.get(name);
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { error: "not found" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const origin = `http://127.0.0.1:${port}`;
  const packages = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".tgz"))) {
    const manifest = describe(folder, file, origin);
    const { name, version } = manifest;
    const versions = { ...packages.get(name)?.versions, [version]: manifest };
    packages.set(name, { name, "dist-tags": { latest: version }, versions });
  }
  return { origin, close: () => new Promise((resolve) => server.close(resolve)) };
}
