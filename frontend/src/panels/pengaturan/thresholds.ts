import type { Target, Threshold } from '../../api/types.ts';
import { dayNumber } from '../../ui/format.ts';

/* The thresholds of an indicator as a form holds them. */

export const levels = ['perhatian', 'siaga', 'awas'] as const;

/** A threshold whose value is as it was written: "12,5". */
export type Row = Omit<Threshold, 'value'> & { value: string };

/** A target as the form holds it; no value means none. */
export interface TargetRow {
  value: string;
  by: string;
  source: string;
}

export const targetRowOf = (target: Target | undefined): TargetRow => ({
  value: target ? String(target.value).replace('.', ',') : '',
  by: target?.by ?? '',
  source: target?.source ?? '',
});

/** The target of a form: undefined for none, null when its value is no number. */
export function targetOf(row: TargetRow): Target | undefined | null {
  if (!row.value.trim() && !row.by && !row.source.trim()) return undefined;
  const value = numberOf(row.value);
  return value === undefined ? null : { value, by: row.by, source: row.source };
}

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
