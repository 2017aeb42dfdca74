/* Keeps the studio: its shell when it is installed, heavy files when they were needed once. */
const cacheName = "xstar-__VERSION__";
const shell = __SHELL__;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(shell))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const removeOlder = async () => {
    for (const name of await caches.keys())
      if (name.startsWith("xstar-") && name !== cacheName) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(removeOlder());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOwn = new URL(request.url).origin === self.location.origin;
  if (request.method !== "GET" || !isOwn || request.headers.has("range")) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(cacheName);
  const isPage = request.mode === "navigate" && request.destination === "document";
  const known = await cache.match(isPage ? "./" : request, { ignoreSearch: isPage });
  if (known) return known;
  const response = await fetch(request);
  if (response.ok && response.type === "basic" && !isPage && !new URL(request.url).pathname.includes("/local/"))
    await cache.put(request, response.clone());
  return response;
}
