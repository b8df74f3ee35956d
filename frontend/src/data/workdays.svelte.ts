import { actionsApi } from '../api/actions.ts';
import { city } from './city.svelte.ts';
import { Remote } from './remote.svelte.ts';
import { dayNumber, dayStart } from '../ui/format.ts';

/*
 * Working days as the server counts them (city.Calendar): neither Saturday nor
 * Sunday nor a day off, in the city's zone; the day of sending does not count.
 */

const day = 86_400_000;
const dateOf = (number: number) => new Date(number * day).toISOString().slice(0, 10);

/** True for a working day; days are numbered from 1 January 1970, a Thursday. */
export function isWorking(number: number, off: ReadonlySet<string>): boolean {
  const weekday = (number + 4) % 7;
  return weekday !== 0 && weekday !== 6 && !off.has(dateOf(number));
}

/** The number of the nth working day after a day; that day itself when n is 0. */
export function workingDayAfter(number: number, n: number, off: ReadonlySet<string>): number {
  let at = number;
  for (let left = n; left > 0;) if (isWorking(++at, off)) left--;
  return at;
}

/** How many working days lie after one day up to and with another; negative backwards. */
export function workingDaysBetween(from: number, to: number, off: ReadonlySet<string>): number {
  if (to < from) return -workingDaysBetween(to, from, off);
  let n = 0;
  for (let at = from + 1; at <= to; at++) if (isWorking(at, off)) n++;
  return n;
}

class Workdays {
  readonly remote = new Remote<ReadonlySet<string>>(
    async (signal) => new Set(await actionsApi.holidays(signal)),
  );
  #none: ReadonlySet<string> = new Set();

  /** Days off; only weekends until the server has said. */
  get off(): ReadonlySet<string> {
    return this.remote.value ?? this.#none;
  }
  get known(): boolean {
    return this.remote.value !== undefined;
  }
  ensure(): void {
    this.remote.ensure();
  }

  /** The end of the nth working day after now: the midnight that follows it. */
  due(now: number, n: number): number {
    void city.timeZone;
    const last = workingDayAfter(dayNumber(now), n, this.off);
    // Zones of Indonesia never shift, so days are all of one length.
    return dayStart(now) + (last - dayNumber(now) + 1) * day;
  }

  /** Working days left until a deadline; its midnight belongs to the day before. */
  left(now: number, due: string | number): number {
    return workingDaysBetween(dayNumber(now), dayNumber(new Date(due).getTime() - 60_000), this.off);
  }
}

export const workdays = new Workdays();

/** The last minute of the calendar day so many days from a moment, in the city's zone. */
export function cityDay(at: number, days: number): string {
  return new Date(dayStart(at) + (days + 1) * day - 60_000).toISOString();
}
