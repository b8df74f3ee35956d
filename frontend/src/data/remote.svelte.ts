import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { Problem } from '../api/problem.ts';
import { clock } from '../ui/clock.svelte.ts';

export type Phase = 'waiting' | 'ready' | 'failed';

/** Those whose last fetch failed for want of an answer. */
const unreached = new Set<{ load: () => Promise<void> }>();

/** Fetches again what nobody answered; to be called when the server is back. */
export function retryUnreached(): void {
  for (const remote of unreached) void remote.load();
}

/**
 * Something fetched from the server that stays on screen while it is fetched
 * again. A failure keeps the old value and says since when.
 */
export class Remote<T> {
  value = $state.raw<T | undefined>(undefined);
  problem = $state.raw<Problem | undefined>(undefined);
  /** Server time of the first failure in a row, 0 when there is none. */
  failedSince = $state(0);
  /** Server time of the last success, 0 before the first. */
  loadedAt = $state(0);
  busy = $state(false);
  #fetch: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | undefined;

  constructor(fetcher: (signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetcher;
  }

  get phase(): Phase {
    if (this.value !== undefined) return 'ready';
    return this.problem ? 'failed' : 'waiting';
  }

  /** Fetches again; a call under way is given up. Never throws. */
  load = (): Promise<void> => untrack(() => this.#load());

  async #load(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.busy = true;
    try {
      const value = await this.#fetch(running.signal);
      if (!running.signal.aborted) this.put(value);
    } catch (cause) {
      if (running.signal.aborted) return;
      this.problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      this.failedSince ||= clock.read();
      if (this.problem.code === 'unreachable' || this.problem.code === 'internal') unreached.add(this);
      else unreached.delete(this);
    } finally {
      if (this.#running === running) this.busy = false;
    }
  }

  /** Takes a value that came by another way, such as the socket. */
  put(value: T): void {
    unreached.delete(this);
    this.value = value;
    this.problem = undefined;
    this.failedSince = 0;
    this.loadedAt = clock.read();
  }

  /**
   * Fetches unless it is there, on its way or has failed. An effect that calls
   * this does not run again for what becomes of it: that would be a retry without end.
   */
  ensure = (): void => {
    untrack(() => {
      if (this.phase === 'waiting' && !this.busy) void this.load();
    });
  };

  clear(): void {
    this.#running?.abort();
    unreached.delete(this);
    this.busy = false;
    this.value = undefined;
    this.problem = undefined;
    this.failedSince = 0;
    this.loadedAt = 0;
  }
}

/**
 * Remotes by key, each made and fetched when first asked for. Asking gives
 * undefined at first and the remote in the next microtask: state that is made
 * while an effect runs would not wake that effect.
 */
export class RemoteMap<T> {
  readonly #held = new SvelteMap<string, Remote<T>>();
  readonly #coming = new Set<string>();
  readonly #fetch: (key: string, signal: AbortSignal) => Promise<T>;

  constructor(fetcher: (key: string, signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetcher;
  }

  get(key: string): Remote<T> | undefined {
    const held = this.#held.get(key);
    if (!held && !this.#coming.has(key)) {
      this.#coming.add(key);
      queueMicrotask(() => {
        const made = new Remote<T>((signal) => this.#fetch(key, signal));
        this.#coming.delete(key);
        this.#held.set(key, made);
        void made.load();
      });
    }
    return held;
  }

  /** Those made so far, without following them. */
  entries(): [string, Remote<T>][] {
    return untrack(() => [...this.#held]);
  }

  clear(): void {
    for (const [, remote] of this.entries()) remote.clear();
    this.#held.clear();
  }
}
