import type { Disposition, ExpectedEffect, Recommendation, ReporterWord, Severity } from '../../api/types.ts';
import { areas } from '../../data/areas.svelte.ts';
import { figure, fullMoment, hourOfDay, longDate, moment, shortDate, signed } from '../../ui/format.ts';
import { t } from '../../ui/i18n.svelte.ts';

/** A deadline as a date: midnight belongs to the day before it. One within a day has its hour. */
export function dueDate(due: string | number): string {
  const hour = hourOfDay(due);
  return hour > 0 && hour < 23.98 ? fullMoment(due) : longDate(new Date(due).getTime() - 60_000);
}

/** Where an instruction stands; what is said to be done is checked only where a picture of its own is. */
export const standing = (d: Pick<Disposition, 'status' | 'verdict'>): string =>
  t(
    d.status === 'proof_in' && d.verdict
      ? 'disposition.status.proof_checked'
      : `disposition.status.${d.status}`,
  );

/** The city's name as a letterhead puts it after "Pemerintah Kota". */
export const letterhead = (name: string): string => name.replace(/^Kota\s+/i, '').toUpperCase();

/** Until when it is to be done; `full` with the weekday and the year. */
export function dueWords(
  r: Pick<Recommendation, 'due_at' | 'due_days' | 'due_hours'>,
  now: number,
  full = false,
): string {
  if (r.due_hours)
    return t('recommendation.due.hours', { n: figure(r.due_hours), time: moment(r.due_at, now) });
  const date = full ? dueDate(r.due_at) : shortDate(Date.parse(r.due_at) - 60_000);
  return r.due_days
    ? t('recommendation.due.days', { n: figure(r.due_days), date })
    : t('recommendation.due.at', { date });
}

/** −30 % (−45 sampai −10 %): a change with its range. */
export function rangeWords(change: number, low: number | undefined, high: number | undefined): string {
  const mid = `${signed(change)}\u00a0%`;
  if (low === undefined || high === undefined) return mid;
  return t('recommendation.effect.range', { mid, low: signed(low), high: signed(high) });
}

/** What it should bring, with where the figure comes from. */
export function effectWords(r: { effect: ExpectedEffect }): string {
  const e = r.effect;
  // A look at a place changes no figure by itself.
  if (e.from !== 'ledger' && e.mid === 0) return t('recommendation.effect.none');
  const what = t(`recommendation.measure.${e.measure}`);
  const range = rangeWords(e.mid, e.low, e.high);
  const basis =
    e.from === 'ledger'
      ? t('recommendation.effect.ledger', { n: figure(e.cases) })
      : t('recommendation.effect.rule');
  return t('recommendation.effect.expected', { what, range, days: figure(e.days), basis });
}

/** 4 pelapor ditanya; 1 menjawab sudah beres; …: each reporter once, however many reports are theirs. */
export function reporterWords(words: readonly ReporterWord[]): string {
  const own = words.filter((w) => w.reach !== 'same');
  const lost = own.filter((w) => !w.answer && ['no_way', 'unsent', 'failed'].includes(w.reach)).length;
  const said = (answer: string) => own.filter((w) => w.answer === answer).length;
  const answered = own.filter((w) => w.answer).length;
  const counts = {
    asked: own.length - lost,
    yes: said('yes'),
    partly: said('partly'),
    no: said('no'),
    silent: own.length - lost - answered,
    unreached: lost,
  };
  const parts = (Object.keys(counts) as (keyof typeof counts)[])
    .filter((k) => counts[k] > 0)
    .map((k) => t(`disposition.reporters.${k}`, { n: figure(counts[k]) }));
  return `${parts.join('; ')}.`;
}

/** Rp 12 juta; Rp 1,2 miliar. */
export function rupiah(value: number): string {
  if (value >= 1e9)
    return t('recommendation.rupiah.billion', { n: figure(value / 1e9, value % 1e9 ? 1 : 0) });
  if (value >= 1e6)
    return t('recommendation.rupiah.million', { n: figure(value / 1e6, value % 1e6 ? 1 : 0) });
  return t('recommendation.rupiah', { n: figure(value) });
}

export function costWords(low = 0, high = 0): string {
  if (!high) return t('recommendation.cost.unknown');
  return low === high
    ? rupiah(high)
    : t('recommendation.cost.range', { low: rupiah(low), high: rupiah(high) });
}

export const severities: readonly Severity[] = ['info', 'perhatian', 'siaga', 'awas'];

/** 120 kB; 2,4 MB. */
export const sizeWords = (bytes: number): string =>
  bytes < 1_000_000
    ? `${figure(Math.max(1, Math.round(bytes / 1000)))} kB`
    : `${figure(bytes / 1_000_000, 1)} MB`;

/** A place with its area, which is not said twice. */
export function placeWords(place: string | undefined, code: string | undefined): string {
  if (!place) return areas.fullName(code);
  return place.includes(areas.name(code)) ? place : `${place}, ${areas.fullName(code)}`;
}
