import { dayNumber } from '../ui/format.ts';

/** The ISO 8601 week of a day (days since 1 January 1970): "2026-W47". */
export function weekOfDay(day: number): string {
  // The week belongs to the year its Thursday lies in; 1 January 1970 was one.
  const thursday = day - ((((day + 3) % 7) + 7) % 7) + 3;
  const year = new Date(thursday * 86_400_000).getUTCFullYear();
  const first = Date.UTC(year, 0, 1) / 86_400_000;
  return `${year}-W${String(Math.floor((thursday - first) / 7) + 1).padStart(2, '0')}`;
}

/** The Monday of an ISO week as days since 1 January 1970, undefined for what is no week. */
export function mondayOf(week: string): number | undefined {
  const parts = /^(\d{4})-W(\d{2})$/.exec(week);
  if (!parts) return undefined;
  const fourth = Date.UTC(Number(parts[1]), 0, 4) / 86_400_000;
  const monday = fourth - ((fourth + 3) % 7) + 7 * (Number(parts[2]) - 1);
  return weekOfDay(monday) === week ? monday : undefined;
}

/** The week so many weeks from another. */
export function shiftWeek(week: string, by: number): string {
  const monday = mondayOf(week);
  return monday === undefined ? week : weekOfDay(monday + 7 * by);
}

/** The week of a moment in the city. */
export const weekAt = (at: number): string => weekOfDay(dayNumber(at));
