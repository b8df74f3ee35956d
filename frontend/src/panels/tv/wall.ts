import type { Alert, Disposition, Severity } from '../../api/types.ts';
import { lateHours } from '../../data/action-board.ts';

/* What the wall decides by itself: its theme, its scenes, when it starts afresh. */

/** Dark after 17.30 and before 06.00, unless the address says otherwise. */
export function wallTheme(hour: number, chosen: string | undefined): 'light' | 'dark' {
  if (chosen === 'gelap') return 'dark';
  if (chosen === 'terang') return 'light';
  return hour >= 17.5 || hour < 6 ? 'dark' : 'light';
}

/** a: what to do now; b: the first matter on the map; c: follow-up and sources; d: weather and water. */
export type SceneName = 'a' | 'b' | 'c' | 'd';

export function scenesOf(has: { matter: boolean; weather: boolean }): SceneName[] {
  return ['a', ...(has.matter ? (['b'] as const) : []), 'c', ...(has.weather ? (['d'] as const) : [])];
}

const weatherKinds = new Set<Alert['kind']>(['warning', 'flood', 'quake']);

/** Warnings of weather, water and earth that are more than mere information. */
export const weatherAlerts = (all: readonly Alert[]): Alert[] =>
  all.filter((a) => weatherKinds.has(a.kind) && a.severity !== 'info');

/** Whether scene d has anything to say. */
export function weatherMatters(
  all: readonly Alert[],
  levels: readonly Severity[],
  risks: readonly { level: Severity }[],
): boolean {
  return (
    weatherAlerts(all).length > 0 || levels.some((l) => l !== 'info') || risks.some((r) => r.level !== 'info')
  );
}

const over = (d: Disposition) => d.status === 'done' || d.status === 'canceled';

/** What runs, latest first, then by deadline. What is secret is not for a wall. */
export function followUp(all: readonly Disposition[]): Disposition[] {
  return all
    .filter((d) => !over(d) && d.nature !== 'rahasia')
    .sort((a, b) => lateHours(b) - lateHours(a) || Date.parse(a.due_at) - Date.parse(b.due_at));
}

export interface OfficeLoad {
  name: string;
  running: number;
  late: number;
}

/** How much each office has in hand, those with most late first. Secret ones count: a number tells nothing. */
export function byOffice(all: readonly Disposition[]): OfficeLoad[] {
  const found = new Map<string, OfficeLoad>();
  for (const d of all) {
    if (over(d)) continue;
    const name = d.office || d.office_name;
    const load = found.get(name) ?? { name, running: 0, late: 0 };
    load.running++;
    if (lateHours(d) > 0) load.late++;
    found.set(name, load);
  }
  return [...found.values()].sort(
    (a, b) => b.late - a.late || b.running - a.running || a.name.localeCompare(b.name, 'id'),
  );
}

/** A page that ticked less often than this slept. */
export const sleepAfter = 30_000;
const minute = 60_000;
/** Silence of the socket after which the page starts afresh; doubled after each time that brought nothing. */
const silence = 5 * minute;
const longest = 60 * minute;

/** Times in milliseconds of the server's clock. */
export interface WallLife {
  now: number;
  /** The hour in the city, 0 to 24. */
  hour: number;
  openedAt: number;
  /** When it last woke from sleep, 0 when it never slept. */
  wokeAt: number;
  /** When nothing was missed for the last time, 0 when never. */
  contactAt: number;
  /** How often in a row it started afresh for silence. */
  tries: number;
}

/**
 * Why the page should start afresh: each night at four, and after five minutes
 * in which the socket said nothing although the page was awake to hear it.
 */
export function afresh(life: WallLife): 'night' | 'silence' | undefined {
  const { now, hour, openedAt } = life;
  if (hour >= 4 && hour < 4.05 && now - openedAt > 60 * minute) return 'night';
  const heard = Math.max(life.contactAt, openedAt, life.wokeAt);
  const patience = Math.min(longest, silence * 2 ** Math.min(life.tries, 10));
  return now - heard > patience ? 'silence' : undefined;
}

/** Two pixels back and forth each ten minutes, against burn-in. */
export const shiftOf = (now: number): 0 | 2 => (Math.floor(now / 600_000) % 2 === 0 ? 0 : 2);

/** Keeps the screen from sleeping while the page is in sight; returns how to stop. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let stopped = false;
  const ask = async () => {
    if (stopped || document.hidden || !('wakeLock' in navigator)) return;
    try {
      const given = await navigator.wakeLock.request('screen');
      if (stopped) void given.release();
      else lock = given;
    } catch {
      // Refused on battery or without a secure context; the wall's own setting then rules.
    }
  };
  const again = () => void ask();
  document.addEventListener('visibilitychange', again);
  void ask();
  return () => {
    stopped = true;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
