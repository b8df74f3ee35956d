import type { Change, Delta, Snapshot, Subscribe, Topic } from '../api/types.ts';

/*
 * The rules of /live without the socket: what a message means for a client
 * that has everything up to a number, when to ask for a snapshot, when to come
 * back and how long to wait.
 */

export type Step =
  | { do: 'replace'; snapshot: Snapshot }
  | { do: 'apply'; changes: Change[]; at: string }
  | { do: 'ask'; message: Subscribe }
  | { do: 'ignore' };

/** Follows one sequence of numbers. */
export class Follower {
  /** The last number this client has; undefined before the first snapshot. */
  seq: number | undefined;
  #asked = false;
  readonly topics: Topic[];

  constructor(topics: Topic[]) {
    this.topics = topics;
  }

  /** The first message on a new socket: resume if there is something to resume from. */
  greet(): Subscribe {
    this.#asked = this.seq === undefined;
    return this.seq === undefined ? { subscribe: this.topics } : { subscribe: this.topics, since: this.seq };
  }

  /** Forgets the number: other rights, or another officer. */
  forget(): void {
    this.seq = undefined;
  }

  take(message: Snapshot | Delta): Step {
    if (message.type === 'snapshot') {
      this.seq = message.seq;
      this.#asked = false;
      return { do: 'replace', snapshot: message };
    }
    if (this.#asked || this.seq === undefined) return this.#ask();
    if (message.seq < this.seq || (message.seq === this.seq && message.from < message.seq))
      return { do: 'ignore' };
    if (message.from !== this.seq) return this.#ask();
    this.seq = message.seq;
    return { do: 'apply', changes: message.changes, at: message.at };
  }

  #ask(): Step {
    if (this.#asked) return { do: 'ignore' };
    this.#asked = true;
    return { do: 'ask', message: { subscribe: this.topics } };
  }
}

/** What a close code means: 3000–3499 and network failures come back, 3500–3999 do not. */
export function afterClose(code: number): 'return' | 'return-fresh' | 'stop' {
  if (code >= 3500 && code <= 3999) return 'stop';
  // 3003: the number is no longer held; 3004: other rights, so what we hold may not be ours to see.
  return code === 3003 || code === 3004 ? 'return-fresh' : 'return';
}

/**
 * Milliseconds to wait before the nth attempt in a row (from 0): a random share
 * of a ceiling that doubles from 1 s to 30 s, so that thousands of dashboards
 * do not come back at one moment.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 10));
  return Math.round(250 + random() * (ceiling - 250));
}

/** Reads a message; undefined when it is not one of the contract. */
export function readMessage(text: string): Snapshot | Delta | undefined {
  try {
    const message = JSON.parse(text) as Snapshot | Delta;
    return message.type === 'snapshot' || message.type === 'delta' ? message : undefined;
  } catch {
    return undefined;
  }
}
