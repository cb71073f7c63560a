// The site without a network: every file of one build, kept whole. The build writes VERSION and FILES.

const VERSION = "";
/** By path: a fingerprint of the content, so that an update fetches only what has changed. */
const FILES = {};

const PREFIX = "sandshift-";
const CACHE = PREFIX + VERSION;
const MARK = "x-sandshift-content";
/** Milliseconds that a lesson's text may take from the network before the kept one is shown. */
const PATIENCE = 1500;

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("message", ({ data }) => {
  if (data === "take over") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const path = pathOf(event.request.url);
  if (event.request.method === "GET" && path !== undefined) event.respondWith(answer(event.request, path));
});

/** The path below this site, without what only tells instances apart; undefined when it lies elsewhere. */
function pathOf(url) {
  const { scope } = self.registration;
  if (!url.startsWith(scope)) return undefined;
  return decodeURIComponent(url.slice(scope.length).split(/[?#]/)[0]) || "index.html";
}

/** All files, or none: an installation that fails is tried again at the next visit. */
async function fill() {
  const cache = await caches.open(CACHE);
  const old = await kept();
  await Promise.all(
    Object.entries(FILES).map(async ([path, content]) => {
      const url = new URL(path, self.registration.scope);
      for (const before of old) {
        const same = await before.match(url);
        if (same?.headers.get(MARK) === content) return cache.put(url, same);
      }
      const response = await fetch(url, { cache: "no-cache" });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      const headers = new Headers(response.headers);
      headers.set(MARK, content);
      // What the browser has unpacked already must not be called packed.
      headers.delete("content-encoding");
      headers.delete("content-length");
      return cache.put(url, new Response(await response.blob(), { headers }));
    }),
  );
}

/** The caches of this site, the newest first. */
async function kept() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX)).reverse();
  return Promise.all(names.map((name) => caches.open(name)));
}

/** The version before this one stays: a tab that is still open may ask for a part of it. */
async function tidy() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request, path) {
  const url = new URL(path, self.registration.scope);
  const cache = await caches.open(CACHE);
  // An author may have put a lab beside the built site since, a publisher another name into its list.
  if (path.startsWith("labs/") || path === "embed.json") {
    const here = await cache.match(url);
    const fresh = fetch(request);
    if (!here) return fresh;
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, here));
    return Promise.race([fresh.then((response) => (response.ok ? response : here), () => here), late]);
  }
  for (const each of [cache, ...(await kept())]) {
    const found = await each.match(url);
    if (found) return found;
  }
  return fetch(request);
}
