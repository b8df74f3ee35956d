import { tasksApi } from '../api/tasks.ts';
import type { Notice, NoticeChoice, NoticeList, NoticePreferences } from '../api/types.ts';
import { updates } from '../worker/register.svelte.ts';
import { Remote } from './remote.svelte.ts';

/** While the page is seen, notices are fetched about this often. */
const every = 60_000;

/** Why a phone takes no pushes. */
export type PushState = 'on' | 'off' | 'denied' | 'unsupported' | 'not_installed';

/** What the officer was told, and by which ways the officer wants to be told. */
class Notices {
  readonly remote = new Remote<NoticeList>(tasksApi.notices);
  readonly preferences = new Remote<NoticePreferences>(tasksApi.preferences);
  /** Whether the list stands open. */
  open = $state(false);
  push = $state<PushState>('unsupported');
  #stop: () => void = () => {};

  get unread(): number {
    return this.remote.value?.unread ?? 0;
  }

  start(): void {
    const load = () => {
      if (!document.hidden) void this.remote.load();
    };
    const timer = setInterval(load, every);
    const pushed = updates.whenPushed(load);
    document.addEventListener('visibilitychange', load);
    addEventListener('online', load);
    this.#stop = () => {
      clearInterval(timer);
      pushed();
      document.removeEventListener('visibilitychange', load);
      removeEventListener('online', load);
      this.remote.clear();
      this.preferences.clear();
    };
    load();
  }

  stop(): void {
    this.#stop();
  }

  /** Marks a notice as read; the count changes at once. */
  async read(notice: Notice): Promise<void> {
    if (notice.read_at) return;
    const list = this.remote.value;
    if (list) {
      const read = { ...notice, read_at: new Date().toISOString() };
      this.remote.put({
        items: list.items.map((n) => (n.id === notice.id ? read : n)),
        unread: Math.max(0, list.unread - 1),
      });
    }
    await tasksApi.readNotice(notice).catch(() => undefined);
  }

  async readAll(): Promise<void> {
    for (const notice of this.remote.value?.items ?? []) await this.read(notice);
    await this.remote.load();
  }

  async save(choice: NoticeChoice): Promise<void> {
    this.preferences.put(await tasksApi.savePreferences(choice));
  }

  async test(): Promise<void> {
    await tasksApi.testNotice();
    await this.remote.load();
  }

  /** Whether this browser takes pushes; asks nobody anything. */
  async look(): Promise<void> {
    const ready = await updates.registration();
    if (!ready || !('PushManager' in globalThis) || !('Notification' in globalThis)) {
      // On an iPhone pushes come only to an app on the home screen.
      const apple = /iPhone|iPad/.test(navigator.userAgent);
      this.push =
        apple && !matchMedia('(display-mode: standalone)').matches ? 'not_installed' : 'unsupported';
    } else if (Notification.permission === 'denied') this.push = 'denied';
    else this.push = (await ready.pushManager.getSubscription()) ? 'on' : 'off';
  }

  /** Asks for leave and subscribes. Call it from the officer's own tap only. */
  async subscribe(): Promise<void> {
    const ready = await updates.registration();
    if (!ready) return this.look();
    if ((await Notification.requestPermission()) !== 'granted') return this.look();
    const key = await tasksApi.pushKey();
    // The browser's own push service is asked; without the internet it never answers.
    const subscription = await within(
      ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) }),
      20_000,
    );
    await tasksApi.subscribe(subscription.toJSON());
    await this.look();
  }

  async unsubscribe(): Promise<void> {
    const ready = await updates.registration();
    const subscription = await ready?.pushManager.getSubscription();
    if (!subscription) return this.look();
    const { endpoint } = subscription;
    await subscription.unsubscribe();
    await tasksApi.unsubscribe(endpoint).catch(() => undefined);
    await this.look();
  }
}

export const notices = new Notices();

/** Base64url as bytes, as a VAPID key is written (RFC 8292). */
export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** A push service that does not answer in time. */
export class NoAnswer extends Error {}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new NoAnswer()), ms);
    work.then(done, fail).finally(() => clearTimeout(timer));
  });
}
