import { clientId } from '../api/client-id.ts';
import { isFull } from '../outbox/database.ts';
import { unsent, type Item, type NewItem } from '../outbox/item.ts';
import { amend, itemsOf, throwAway, write } from '../outbox/items.ts';
import { outboxName, sendOutbox } from '../outbox/lock.ts';
import { next, pause, type StopReason } from '../outbox/sender.ts';
import { clock } from '../ui/clock.svelte.ts';
import { updates } from '../worker/register.svelte.ts';
import { session } from './session.svelte.ts';

/** What has arrived stays on the list this long. */
const shown = 7 * 86_400_000;

/** What remains of an item when the common part is filled in here. */
type Made = NewItem extends infer T
  ? T extends NewItem
    ? Omit<T, 'officer' | 'at' | 'state' | 'attempts' | 'id'> & { id?: string }
    : never
  : never;

/** The signed-in officer's outbox: what was done here and where it stands. */
class Outbox {
  items = $state.raw<Item[]>([]);
  busy = $state(false);
  /** Why the last attempt stopped; undefined while all is well. */
  stopped = $state<StopReason | undefined>(undefined);
  waiting = $derived(this.items.filter(unsent).length);
  refused = $derived(this.items.filter((i) => i.state === 'refused').length);
  #officer = 0;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #channel: BroadcastChannel | undefined;
  #arrived = new Set<() => void>();

  /** Items that are not over: neither arrived nor thrown away. */
  get open(): number {
    return this.waiting + this.refused;
  }

  of(disposition: number): Item[] {
    return this.items.filter((i) => i.disposition === disposition);
  }

  start(officer: number): void {
    this.#officer = officer;
    this.#attempt = 0;
    this.#channel = new BroadcastChannel(outboxName);
    this.#channel.onmessage = () => void this.#reload();
    addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#visible);
    void this.#tidy().then(this.send);
  }

  stop(): void {
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#visible);
    clearTimeout(this.#retry);
    this.#channel?.close();
    this.#officer = 0;
    this.items = [];
    this.stopped = undefined;
  }

  /** Calls back after something arrived at the server. */
  whenArrived(act: () => void): () => void {
    this.#arrived.add(act);
    return () => this.#arrived.delete(act);
  }

  /**
   * Writes what was done, as one, then sends it when it can be. Throws when the
   * phone could not keep it: then nothing was done.
   */
  async add(made: Made[]): Promise<void> {
    const at = new Date(clock.read()).toISOString();
    const items = made.map(
      (m) => ({ id: clientId(), ...m, officer: this.#officer, at, state: 'waiting', attempts: 0 }) as NewItem,
    );
    await write(items);
    await this.#changed();
    void navigator.storage?.persist?.().catch(() => undefined);
    void this.#sync();
    void this.send();
  }

  /** Tries a refused item again, after what was wrong has been put right. */
  async again(item: Item): Promise<void> {
    await amend(item.seq, { state: 'waiting', refusal: undefined });
    await this.#changed();
    void this.send();
  }

  async discard(item: Item): Promise<void> {
    await throwAway([item.seq]);
    await this.#changed();
    void this.send();
  }

  /** Throws away everything the officer has not sent. */
  async discardAll(): Promise<void> {
    await throwAway(this.items.filter((i) => i.state !== 'sent').map((i) => i.seq));
    await this.#changed();
  }

  send = async (): Promise<void> => {
    const officer = this.#officer;
    if (!officer || this.busy || !this.items.some(unsent)) return;
    clearTimeout(this.#retry);
    this.busy = true;
    try {
      const out = await sendOutbox(officer, () => clock.read(), this.#told);
      if (this.#officer !== officer) return;
      this.stopped = out.stopped?.reason;
      this.#attempt = out.sent > 0 ? 0 : this.#attempt;
      if (out.sent + out.refused > 0) for (const act of this.#arrived) act();
      if (out.stopped?.reason === 'signed-out') void session.restoreQuietly();
      else if (out.stopped) this.#later(out.stopped.retryAfter);
    } catch {
      // The browser's own database failed; the items are where they were.
      if (this.#officer === officer) this.#later(0);
    } finally {
      this.busy = false;
      await this.#reload().catch(() => undefined);
    }
    // Something was added while the last of it was on its way.
    if (!this.stopped && next(this.items).length > 0) void this.send();
  };

  #later(atLeast: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.send(), Math.max(atLeast, pause(this.#attempt++)));
  }

  #hurry = (): void => {
    this.#attempt = 0;
    void this.send();
  };
  #visible = (): void => {
    if (!document.hidden) this.#hurry();
  };
  #told = (): void => {
    this.#channel?.postMessage('changed');
    void this.#reload();
  };

  async #changed(): Promise<void> {
    this.#channel?.postMessage('changed');
    await this.#reload();
  }
  async #reload(): Promise<void> {
    const officer = this.#officer;
    if (!officer) return;
    const items = await itemsOf(officer);
    if (this.#officer === officer) this.items = items;
  }

  /** Reads the outbox and drops what arrived long ago. */
  async #tidy(): Promise<void> {
    try {
      const old = (await itemsOf(this.#officer)).filter(
        (i) => i.state === 'sent' && (i.sentAt ?? 0) < clock.read() - shown,
      );
      if (old.length) await throwAway(old.map((i) => i.seq));
      await this.#reload();
    } catch {
      // Without storage there is nothing to send.
    }
  }

  /** Asks the browser to send when there is a network, even with the app closed. */
  async #sync(): Promise<void> {
    const registration = await updates.registration();
    const sync = (registration as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
    await sync?.register(outboxName).catch(() => undefined);
  }
}

export const outbox = new Outbox();

/** The text of a failure to keep something. */
export function storageKey(cause: unknown): 'outbox.full' | 'outbox.not_kept' {
  return isFull(cause) ? 'outbox.full' : 'outbox.not_kept';
}
