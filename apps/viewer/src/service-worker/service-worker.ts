import type { ExtendableEvent, FetchEvent, ServiceWorkerScope } from './scope.ts';

/** Put in by the build: the files of the site with their SHA-256 in base64, and the hash of all that. */
declare const SITE_FILES: Readonly<Record<string, string>>;
declare const SITE_VERSION: string;

const scope = self as unknown as ServiceWorkerScope;
/** Sites beside each other on one server have caches of their own. */
const family = `ablation-cam-viewer ${scope.registration.scope} `;
const cacheName = family + SITE_VERSION;

/** The page and its embedded view have headers of their own. */
const PAGES = ['./', './?embed=1'];

scope.addEventListener('install', (event) => {
  (event as ExtendableEvent).waitUntil(install());
});

scope.addEventListener('activate', (event) => {
  (event as ExtendableEvent).waitUntil(forgetOthers());
});

scope.addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent;
  const key = keyOf(new URL(request.url));
  if (request.method === 'GET' && key !== null) (event as FetchEvent).respondWith(kept(key, request));
});

/** A page that was just opened and is the only one asks for the version that waits; others would get a mix of two. */
scope.addEventListener('message', () => {
  void scope.clients.matchAll().then((clients) => (clients.length <= 1 ? scope.skipWaiting() : undefined));
});

/** All files of this version or none: a server that has another one by now fails the installation, and the old version stays. */
async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all(
    Object.entries(SITE_FILES).flatMap(([name, hash]) =>
      (name === 'index.html' ? PAGES : [name]).map(async (address) => {
        const response = await fetch(new Request(address, { cache: 'no-cache' }));
        if (!response.ok || (await hashOf(response.clone())) !== hash)
          throw new Error(`${address} is not of version ${SITE_VERSION}.`);
        await cache.put(address, response);
      }),
    ),
  );
}

async function hashOf(response: Response): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(family) && name !== cacheName).map((name) => caches.delete(name)),
  );
}

/** What a file is kept as; null for what is no file of the site. */
function keyOf(url: URL): string | null {
  if (!url.href.startsWith(scope.registration.scope)) return null;
  const name = url.href.slice(scope.registration.scope.length).replace(/[?#].*$/, '');
  if (name === '' || name === 'index.html')
    return PAGES[url.searchParams.get('embed') === '1' ? 1 : 0] ?? null;
  return Object.hasOwn(SITE_FILES, name) ? name : null;
}

async function kept(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(key)) ?? fetch(request);
}
