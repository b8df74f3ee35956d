/*
 * The little of the service worker's surroundings that sw.ts uses. TypeScript
 * cannot load its own description of them beside that of a page.
 */
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface WorkerClient {
  url: string;
  visibilityState: DocumentVisibilityState;
  postMessage(message: unknown): void;
  focus(): Promise<WorkerClient>;
}
interface Events {
  install: Extendable;
  activate: Extendable;
  fetch: Extendable & { request: Request; respondWith(answer: Promise<Response>): void };
  message: Extendable & { data: unknown };
  push: Extendable & { data: { json(): unknown } | null };
  notificationclick: Extendable & { notification: Notification };
  sync: Extendable & { tag: string };
}
export interface WorkerScope {
  addEventListener<K extends keyof Events>(name: K, act: (event: Events[K]) => void): void;
  skipWaiting(): Promise<void>;
  registration: ServiceWorkerRegistration;
  location: Location;
  clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window'; includeUncontrolled?: boolean }): Promise<WorkerClient[]>;
    openWindow(url: string): Promise<WorkerClient | null>;
  };
}
