// Keeps the kiosk page for times without network. The server writes the version and the list of files into it; all files
// of one version are fetched together, so that no page is ever made of two.
const VERSION = "{version}";
const PAGE = "{page}";
const FILES = JSON.parse('{files}');

self.addEventListener("install", (event) => {
  event.waitUntil(fetchAll().then(() => self.skipWaiting()));
});

async function fetchAll() {
  const cache = await caches.open(VERSION);
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: "reload", credentials: "omit" })));
}

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name)));
}

// Only the page and its files; what the page asks of the service goes past here.
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const kept = origin === self.location.origin && (pathname === PAGE || FILES.includes(pathname));
  if (event.request.method === "GET" && kept) event.respondWith(fromCache(pathname, event.request));
});

async function fromCache(pathname, request) {
  const found = await caches.match(pathname);
  return found || fetch(request);
}
