import { router } from '../router.svelte.ts';

/** Looks for a new version this often while a page stays open. */
const every = 60 * 60_000;

/** The service worker of this page, and whether a newer one waits. */
class Updates {
  /** A new version is ready; it is used when the reader says so. */
  ready = $state(false);
  #registration: ServiceWorkerRegistration | undefined;
  #asked = false;
  #told = new Set<() => void>();

  /** Registers the worker once the page has loaded; without one the app works online only. */
  start(): void {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    const go = () => void this.#register();
    if (document.readyState === 'complete') go();
    else addEventListener('load', go, { once: true });
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (this.#asked) location.reload();
    });
    navigator.serviceWorker.addEventListener('message', (e: MessageEvent<unknown>) => {
      const said = e.data as { open?: string; notices?: boolean } | null;
      if (said?.open) router.go(said.open);
      if (said?.notices) for (const act of this.#told) act();
    });
  }

  /** Calls back when a push arrived while the page is open. */
  whenPushed(act: () => void): () => void {
    this.#told.add(act);
    return () => this.#told.delete(act);
  }

  /** Puts the waiting version to use and loads the page again. */
  use(): void {
    this.#asked = true;
    const waiting = this.#registration?.waiting;
    if (waiting) waiting.postMessage('pakai');
    else location.reload();
  }

  /** A file of this version is gone: takes the newer one if there is any. */
  async replace(): Promise<void> {
    await this.#registration?.update().catch(() => undefined);
    this.use();
  }

  /** The registration, for pushes and background sync. */
  async registration(): Promise<ServiceWorkerRegistration | undefined> {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return undefined;
    return this.#registration ?? navigator.serviceWorker.ready;
  }

  async #register(): Promise<void> {
    let registration: ServiceWorkerRegistration;
    try {
      registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    } catch {
      // Not a secure context, or storage is refused: the app works online only.
      return;
    }
    this.#registration = registration;
    const look = () => {
      // The first worker of a page is not news.
      if (!registration.waiting || !navigator.serviceWorker.controller) return;
      // Nobody stands before the wall to press a button.
      if (location.pathname === '/tv') this.use();
      else this.ready = true;
    };
    look();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', look);
    });
    setInterval(() => void registration.update().catch(() => undefined), every);
  }
}

export const updates = new Updates();
