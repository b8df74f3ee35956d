import { api, deadline, take } from '../../api/client.ts';
import type { Indicator, Threshold } from '../../api/types.ts';
import {
  numberOf,
  rowOf,
  targetOf,
  targetRowOf,
  type Row,
  type TargetRow,
} from '../pengaturan/thresholds.ts';
import { indicators } from '../../data/indicators.svelte.ts';

/* The declaration of an indicator as a form holds it, and the way to save it. */

const minute = 60;
const day = 86_400;
/** How often values come: the name of a text, and how long a value is fresh, in seconds. */
export const rhythms = {
  quarter: 15 * minute,
  hour: 60 * minute,
  day,
  week: 7 * day,
  month: 31 * day,
  quarter_year: 92 * day,
  year: 366 * day,
} as const;

export const directions = ['up', 'down', 'none'] as const;
export const grains = ['village', 'district', 'city'] as const;
export const aggregations = ['last', 'mean', 'sum', 'max'] as const;

const counted =
  /^(?:jiwa|orang|warga|kk|keluarga|rumah|unit|buah|kasus|kejadian|laporan|izin|siswa|pasien|korban|titik|ton|kg|liter|rp|rupiah|ha|hektare|km²?)(?!\s*\/|\w)/i;
/**
 * How several values become one: what is counted is added up, what is measured is averaged,
 * and of the city as a whole the newest counts. The newest of several areas is none of theirs together.
 */
export const aggregationFor = (grain: Indicator['grain'], unit: string): Indicator['aggregation'] =>
  grain === 'city' ? 'last' : counted.test(unit.trim()) ? 'sum' : 'mean';

/** Numbers are as they were written: "12,5". */
export interface Declaration {
  slug: string;
  name: string;
  name_en: string;
  unit: string;
  direction: Indicator['direction'];
  grain: Indicator['grain'];
  aggregation: Indicator['aggregation'];
  fresh: number;
  min: string;
  max: string;
  decimals: string;
  tile: boolean;
  definition: string;
  thresholds: Row[];
  target: TargetRow;
}

const written = (n: number | undefined) => (n === undefined ? '' : String(n).replace('.', ','));

/** What a form begins with: nothing, or what an indicator was declared as. */
export function declarationOf(i?: Indicator): Declaration {
  return {
    slug: i?.slug ?? '',
    name: i?.name ?? '',
    name_en: i?.name_en ?? '',
    unit: i?.unit ?? '',
    direction: i?.direction ?? 'none',
    grain: i?.grain ?? 'village',
    aggregation: i?.aggregation ?? 'mean',
    fresh: i?.fresh_for_seconds ?? rhythms.month,
    min: written(i?.min),
    max: written(i?.max),
    decimals: String(i?.decimals ?? 0),
    tile: (i?.rank ?? 0) > 0,
    definition: i?.definition ?? '',
    thresholds: (i?.thresholds ?? []).map(rowOf),
    target: targetRowOf(i?.target),
  };
}

/** The name of the text for what is no number in a declaration; undefined when all is. */
export type Amiss = 'indicator.form.bad_bound' | 'error.threshold_value' | 'error.target_value';

/** What is sent for a declaration, or the text that says which number is none. */
export function bodyOf(d: Declaration) {
  const bound = (text: string) => (text.trim() === '' ? undefined : (numberOf(text) ?? null));
  const [min, max, target] = [bound(d.min), bound(d.max), targetOf(d.target)];
  const decimals = numberOf(d.decimals) ?? 0;
  const thresholds: Threshold[] = [];
  for (const { value, ...row } of d.thresholds) {
    const number = numberOf(value);
    if (number === undefined) return 'error.threshold_value' satisfies Amiss;
    thresholds.push({ ...row, value: number });
  }
  if (min === null || max === null) return 'indicator.form.bad_bound' satisfies Amiss;
  if (target === null) return 'error.target_value' satisfies Amiss;
  return {
    slug: d.slug,
    name: d.name.trim(),
    ...(d.name_en.trim() && { name_en: d.name_en.trim() }),
    unit: d.unit.trim(),
    direction: d.direction,
    grain: d.grain,
    aggregation: d.aggregation,
    fresh_for_seconds: d.fresh,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    decimals,
    tile: d.tile,
    definition: d.definition.trim(),
    thresholds,
    ...(target && { target }),
  };
}

/** Declares an indicator, or changes what was declared; thresholds and target only of a new one. Throws a Problem. */
export async function declare(body: Exclude<ReturnType<typeof bodyOf>, string>, isNew: boolean) {
  if (isNew) await take(api.POST('/api/indicators', { body, signal: deadline() }));
  else {
    const { slug, thresholds: _, target: __, ...rest } = body;
    await take(
      api.PUT('/api/indicators/{slug}', { params: { path: { slug } }, body: rest, signal: deadline() }),
    );
  }
  await indicators.declared.load();
}
