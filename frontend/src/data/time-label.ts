import { clockTime, monthName, shortDate } from '../ui/format.ts';

/** A step of time as an axis writes it: "2026-06" Juni 2026, "2026-06-18" 18 Jun, a moment 18 Jun 07.15. */
export function timeLabel(key: string): string {
  if (/^\d{4}-\d{2}$/.test(key)) return monthName(`${key}-15T12:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(key)) return shortDate(`${key}T04:00:00Z`);
  return Number.isNaN(Date.parse(key)) ? key : `${shortDate(key)} ${clockTime(key)}`;
}
