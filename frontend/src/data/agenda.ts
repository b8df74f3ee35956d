import type { AgendaEntry } from '../api/types.ts';

/*
 * What of the mayor's agenda falls on a day, how it stands now, and which
 * appointments cannot both be kept. Times are milliseconds.
 */

/** How an appointment stands at a moment. */
export type Standing = 'over' | 'now' | 'next' | 'later' | 'cancelled';

export interface Appointment {
  entry: AgendaEntry;
  key: string;
  standing: Standing;
  /** Those that are on at the same time, earliest first. */
  clashes: AgendaEntry[];
}

/** Names an appointment among those of all calendars. */
export const keyOf = (e: AgendaEntry): string => `${e.source}|${e.key}`;

const begins = (e: AgendaEntry) => Date.parse(e.start);
const ends = (e: AgendaEntry) => Date.parse(e.end);

/**
 * Two appointments that share some time. A whole day stands beside what is in
 * it, what is cancelled takes no time, and what ends when another begins does
 * not overlap; a moment without length does while the other goes on.
 */
export function overlap(a: AgendaEntry, b: AgendaEntry): boolean {
  if (a.all_day || b.all_day || a.cancelled || b.cancelled) return false;
  const [from, to] = [Math.max(begins(a), begins(b)), Math.min(ends(a), ends(b))];
  if (from < to) return true;
  // Two moments, or one within the other.
  const moment = begins(a) === ends(a) ? a : begins(b) === ends(b) ? b : undefined;
  if (!moment) return false;
  const other = moment === a ? b : a;
  return (
    begins(moment) >= begins(other) && (begins(moment) < ends(other) || begins(moment) === begins(other))
  );
}

/** Whether an appointment touches the day [from, to). */
function onDay(e: AgendaEntry, from: number, to: number): boolean {
  return begins(e) < to && (ends(e) > from || begins(e) >= from);
}

/**
 * The appointments of the day [from, to), as they come: whole days first. The
 * next is the first that has not begun, whatever its day.
 */
export function ofDay(entries: readonly AgendaEntry[], from: number, to: number, now: number): Appointment[] {
  const timed = entries.filter((e) => !e.all_day && !e.cancelled);
  const first = Math.min(...timed.map(begins).filter((at) => at > now));
  return entries
    .filter((e) => onDay(e, from, to))
    .sort((a, b) => Number(b.all_day ?? false) - Number(a.all_day ?? false) || begins(a) - begins(b))
    .map((entry) => ({
      entry,
      key: keyOf(entry),
      standing: standingOf(entry, first, now),
      clashes: entries.filter((other) => other !== entry && overlap(entry, other)),
    }));
}

function standingOf(e: AgendaEntry, first: number, now: number): Standing {
  if (e.cancelled) return 'cancelled';
  if (begins(e) > now) return begins(e) === first && !e.all_day ? 'next' : 'later';
  return ends(e) > now || (ends(e) === begins(e) && begins(e) === now) ? 'now' : 'over';
}

/** When an appointment is on the day [from, to): the part of it that the day holds. */
export type When =
  | { of: 'all_day' }
  | { of: 'until'; to: number }
  | { of: 'from'; from: number }
  | { of: 'at'; from: number }
  | Span;
interface Span {
  of: 'span';
  from: number;
  to: number;
}

export function whenOn(e: AgendaEntry, from: number, to: number): When {
  const begun = begins(e) < from;
  const goesOn = ends(e) > to;
  if (e.all_day || (begun && goesOn)) return { of: 'all_day' };
  if (begun) return { of: 'until', to: ends(e) };
  if (goesOn) return { of: 'from', from: begins(e) };
  if (begins(e) === ends(e)) return { of: 'at', from: begins(e) };
  return { of: 'span', from: begins(e), to: ends(e) };
}

/** Whether some calendar was read for all of [from, to): else an empty day says nothing. */
export function complete(
  calendars: readonly { read_at?: string; known_from: string; known_to: string }[],
  from: number,
  to: number,
): boolean {
  return calendars.some(
    (c) => c.read_at !== undefined && Date.parse(c.known_from) <= from && Date.parse(c.known_to) >= to,
  );
}
