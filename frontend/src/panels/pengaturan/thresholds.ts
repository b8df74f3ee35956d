import type { Threshold } from '../../api/types.ts';
import { dayNumber } from '../../ui/format.ts';

/* The thresholds of an indicator as a form holds them. */

export const levels = ['perhatian', 'siaga', 'awas'] as const;

/** A threshold whose value is as it was written: "12,5". */
export type Row = Omit<Threshold, 'value'> & { value: string };

/** A number as Indonesians write it, without points between thousands. */
export const rowOf = (t: Threshold): Row => ({ ...t, value: String(t.value).replace('.', ',') });

/** Reads "1.250,5", "12,5", "12.5" and "-3"; undefined for anything else. */
export function numberOf(written: string): number | undefined {
  const plain = written.trim().replace(/\s|\u2212/g, (c) => (c === '\u2212' ? '-' : ''));
  const value = /^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(plain)
    ? plain.replaceAll('.', '').replace(',', '.')
    : plain.replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** Today in the city, as fields of days take it. */
export const dateToday = (now: number): string =>
  new Date(dayNumber(now) * 86_400_000).toISOString().slice(0, 10);
