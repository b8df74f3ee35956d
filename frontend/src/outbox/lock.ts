import { itemsOf, amend } from './items.ts';
import { drain, type Drained } from './sender.ts';
import { wire } from './wire.ts';

/** Tag of Background Sync, name of the lock and of the channel. */
export const outboxName = 'balaikota-outbox';

/**
 * Sends an officer's outbox while no other tab or worker does; the lock goes
 * with whoever holds it, so a killed page blocks nobody.
 */
export function sendOutbox(officer: number, now: () => number, told: () => void): Promise<Drained> {
  const store = { items: () => itemsOf(officer), amend };
  const run = () => drain(officer, store, wire, now, told);
  return 'locks' in navigator ? navigator.locks.request(outboxName, run) : run();
}
