import { outboxName, sendOutbox } from '../outbox/lock.ts';
import { wire } from '../outbox/wire.ts';
import { Stop } from '../outbox/sender.ts';
import type { WorkerScope } from './scope.ts';

/*
 * The service worker: keeps the shell, so that the app opens without a network,
 * sends the outbox when the browser says there is one again, and shows pushes.
 * It keeps files of the program only; what citizens and officers wrote never
 * enters its cache.
 */
declare const __KEPT__: string[];
declare const __VERSION__: string;

const worker = self as unknown as WorkerScope;
const prefix = 'balaikota-';
const own = prefix + __VERSION__;
/** Addresses that are the server's alone. */
const server =
  /^\/(api|live|geo|tiles|open311|publik|lembar|metrics|healthz|readyz)(\/|$)|^\/(openapi\.json|sw\.js)$/;

worker.addEventListener('install', (e) => e.waitUntil(fill()));
worker.addEventListener('activate', (e) => e.waitUntil(takeOver()));
worker.addEventListener('message', (e) => {
  // A new version waits until the reader says so.
  if (e.data === 'pakai') e.waitUntil(worker.skipWaiting());
});

/** Fetches what is kept; hashed files that an older version holds are taken from there. */
async function fill(): Promise<void> {
  const cache = await caches.open(own);
  await Promise.all(
    __KEPT__.map(async (path) => {
      const held = path.startsWith('/assets/') ? await caches.match(path) : undefined;
      const response = held ?? (await fetch(path, { cache: 'reload' }));
      if (!response.ok || response.redirected) throw new Error(`${path} could not be kept`);
      await cache.put(path, response);
    }),
  );
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith(prefix) && name !== own) await caches.delete(name);
  await worker.clients.claim();
}

worker.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== worker.location.origin || server.test(url.pathname))
    return;
  if (e.request.mode === 'navigate') {
    if (!/\.[a-z0-9]+$/i.test(url.pathname)) e.respondWith(kept('/', e.request));
    return;
  }
  if (__KEPT__.includes(url.pathname)) e.respondWith(kept(url.pathname, e.request));
  else if (url.pathname.startsWith('/assets/')) e.respondWith(keptWhenSeen(url.pathname, e.request));
});

async function kept(path: string, request: Request): Promise<Response> {
  return (await caches.match(path, { cacheName: own })) ?? fetch(request);
}

/** A hashed file never changes: the first answer stays. */
async function keptWhenSeen(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(own);
  const held = await cache.match(path);
  if (held) return held;
  const response = await fetch(request);
  if (response.status === 200 && response.type === 'basic') await cache.put(path, response.clone());
  return response;
}

worker.addEventListener('sync', (e) => {
  if (e.tag === outboxName) e.waitUntil(send());
});

/** Sends what the signed-in officer has waiting; throwing asks the browser to try again. */
async function send(): Promise<void> {
  let officer: number | undefined;
  try {
    officer = await wire.who();
  } catch (cause) {
    // Nobody is signed in: the page goes on after the next sign-in.
    if (cause instanceof Stop && cause.reason === 'signed-out') return;
    throw cause;
  }
  if (officer === undefined) return;
  const channel = new BroadcastChannel(outboxName);
  try {
    const { stopped } = await sendOutbox(officer, Date.now, () => channel.postMessage('changed'));
    if (stopped && stopped.reason !== 'signed-out') throw stopped;
  } finally {
    channel.close();
  }
}

/** What a push says; never more than its one line and where it leads. */
interface Push {
  body?: string;
  path?: string;
}

worker.addEventListener('push', (e) => e.waitUntil(show(e.data)));

async function show(data: { json(): unknown } | null): Promise<void> {
  let push: Push = {};
  try {
    push = (data?.json() ?? {}) as Push;
  } catch {
    // Shown all the same: browsers take pushes away from those who show nothing.
  }
  await worker.registration.showNotification('Balaikota', {
    body: push.body ?? 'Ada pemberitahuan baru. Buka aplikasi.',
    icon: '/icon-192.png',
    badge: '/badge-96.png',
    lang: 'id',
    // The newest notice about a thing stands in the place of the one before.
    tag: ownPath(push.path),
    data: { path: ownPath(push.path) },
  });
  for (const client of await worker.clients.matchAll({ type: 'window' }))
    client.postMessage({ notices: true });
}

/** A path of this site; anything else leads to the start. */
function ownPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : '/';
}

worker.addEventListener('notificationclick', (e) => {
  e.notification.close();
  const { path } = (e.notification.data ?? {}) as { path?: string };
  e.waitUntil(openAt(ownPath(path)));
});

async function openAt(path: string): Promise<void> {
  const open = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = open.find((c) => c.visibilityState === 'visible') ?? open[0];
  // The wall shows the city to a room; nobody's task belongs on it.
  if (!page || new URL(page.url).pathname === '/tv') {
    await worker.clients.openWindow(path);
    return;
  }
  page.postMessage({ open: path });
  await page.focus();
}
