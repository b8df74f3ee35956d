import type { Incident } from '../api/types.ts';
import { dayNumber } from '../ui/format.ts';
import { dailyUntil } from './incident.ts';

/* The last days of incidents, one lane for each: what a timeline draws and its table says. */

const day = 86_400_000;
/** How many days a lane shows, today last. */
export const laneDays = 30;

export interface Lane {
  incident: Incident;
  /** Reports on each of the days, the oldest first. */
  counts: number[];
  /** Where the line begins and ends: places among the days. A matter older than the lane begins before it. */
  from: number;
  to: number;
  older: boolean;
  /** The day with most reports, and how many; undefined where there were none in these days. */
  most: { at: number; n: number } | undefined;
  /** Where it was closed, undefined while it is open or was closed before. */
  closed: number | undefined;
}

/** Midnight of a lane's day as the browser writes dates: by UTC, the city's day number. */
export const dayOf = (place: number, now: number): number => (dayNumber(now) - laneDays + 1 + place) * day;

export function laneOf(incident: Incident, now: number): Lane {
  const all = dailyUntil(incident, now).slice(-laneDays);
  const counts = [...Array<number>(laneDays - all.length).fill(0), ...all];
  const first = dayNumber(now) - laneDays + 1;
  const place = (at: string) => dayNumber(Date.parse(at)) - first;
  const begun = place(incident.first_at);
  const n = Math.max(...counts);
  const closed = incident.closed_at === undefined ? undefined : place(incident.closed_at);
  return {
    incident,
    counts,
    from: Math.max(0, begun),
    to: Math.min(laneDays - 1, Math.max(place(incident.last_at), 0)),
    older: begun < 0,
    most: n > 0 ? { at: counts.lastIndexOf(n), n } : undefined,
    closed: closed !== undefined && closed >= 0 && closed < laneDays ? closed : undefined,
  };
}

/** Lanes of the incidents that had a report in these days, as the server sorted them. */
export function lanesOf(incidents: readonly Incident[], now: number): Lane[] {
  return incidents.map((i) => laneOf(i, now)).filter((l) => l.most);
}
