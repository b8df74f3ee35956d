import type { LiveStatus } from './live.svelte.ts';

/** What the connection chip says. */
export interface Connection {
  kind: 'live' | 'joining' | 'late' | 'offline';
  /** Server time of the last moment when nothing was missed; 0 when there was none. */
  at: number;
}

/** A silent socket is late after this long: by then it was tried anew (live.svelte.ts) and said nothing. */
export const lateAfter = 60_000;
/** A lost socket counts as a short hiccup for this long. */
const hiccup = 5000;
/** With the network up, a lost socket is called late up to here and offline after. */
const givenUp = 5 * 60_000;

export function connection(
  link: { status: LiveStatus; contactAt: number; lostSince: number },
  online: boolean,
  now: number,
): Connection {
  const at = link.contactAt;
  if (!online) return { kind: 'offline', at };
  if (link.status === 'open') return { kind: now - at > lateAfter ? 'late' : 'live', at };
  const gone = link.lostSince ? now - link.lostSince : 0;
  if (gone < hiccup) return { kind: at ? 'live' : 'joining', at };
  if (!at) return { kind: 'offline', at };
  return { kind: now - at > givenUp ? 'offline' : 'late', at };
}
