import { untrack } from 'svelte';
import { api, deadline, take } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';
import type { WallCode } from '../../api/types.ts';
import { session } from '../../data/session.svelte.ts';
import { clock } from '../../ui/clock.svelte.ts';

/** How often the screen asks whether its code was entered. */
const every = 2000;
/** A code is renewed so long before it ends; the server gives a new one from a minute before on. */
const renewBefore = 45_000;
/** An unasked server is tried again after so long. */
const patience = 5000;

/**
 * A screen on its way to being paired: it shows a code, renews it before it
 * ends, and is signed in as soon as an officer entered it. The secret that the
 * code is bound to is a cookie, which no script reads.
 */
export class Pairing {
  code = $state('');
  expiresAt = $state(0);
  phase = $state<'asking' | 'waiting' | 'paired'>('asking');
  problem = $state.raw<Problem | undefined>(undefined);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** Begins; returns how to stop. */
  start(): () => void {
    // What a step reads must not begin another.
    void untrack(() => this.#step());
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
    };
  }

  async #step(): Promise<void> {
    let next = every;
    try {
      const ends = this.expiresAt - clock.read() < renewBefore;
      const call = ends
        ? api.POST('/api/walls/pairing', { signal: deadline() })
        : api.GET('/api/walls/pairing', { signal: deadline() });
      await this.#take(await take<WallCode>(call));
    } catch (cause) {
      this.problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      // Signed in beside this page: there is nothing to pair.
      if (this.problem.code === 'conflict' && !this.problem.key) await session.restore();
      if (this.expiresAt < clock.read()) this.code = '';
      next = this.problem.retryAfter || patience;
    }
    if (!this.#stopped && this.phase !== 'paired') this.#timer = setTimeout(() => void this.#step(), next);
  }

  async #take(answer: WallCode): Promise<void> {
    this.problem = undefined;
    clock.learn(answer.at);
    if (answer.state === 'paired') {
      this.phase = 'paired';
      await session.restore();
      return;
    }
    this.phase = answer.state === 'waiting' ? 'waiting' : 'asking';
    this.code = answer.code ?? '';
    this.expiresAt = answer.expires_at ? Date.parse(answer.expires_at) : 0;
  }
}
