import type { QualityChange, QualityParams, QualityRule } from '../../api/types.ts';
import { numberOf } from './thresholds.ts';

/** A rule's numbers as they stand in the form. */
export interface QualityFields {
  min: string;
  max: string;
  markers: string;
  beyond: string;
  zero: boolean;
  values: string;
  hours: string;
  factor: string;
  tolerance: string;
  words: string;
}

/** Which fields each kind of rule has. */
export const fieldsOf: Record<QualityRule['kind'], (keyof QualityFields)[]> = {
  mustahil: ['min', 'max'],
  penanda_kosong: ['markers', 'beyond', 'zero'],
  di_bawah_nol: [],
  macet: ['values', 'hours', 'factor', 'zero'],
  lompat: ['factor', 'hours'],
  usang: ['factor'],
  hari_ganda: ['tolerance'],
  bertentangan: ['tolerance', 'hours'],
  tingkat_ganda: ['words', 'tolerance', 'values'],
};

/** The text beside a field: what it means depends on the kind. */
export function labelOf(kind: QualityRule['kind'], field: Exclude<keyof QualityFields, 'zero'>) {
  if (kind === 'lompat' && field === 'factor') return 'quality.field.jump_factor' as const;
  if (kind === 'lompat' && field === 'hours') return 'quality.field.jump_hours' as const;
  if (kind === 'usang' && field === 'factor') return 'quality.field.outdated_factor' as const;
  if (kind === 'tingkat_ganda' && field === 'values') return 'quality.field.parts' as const;
  return `quality.field.${field}` as const;
}

const learned: Partial<Record<QualityRule['kind'], number>> = { macet: 24, lompat: 48 };

const written = (v: number | undefined) => (v === undefined ? '' : String(v).replace('.', ','));

export function fieldsFrom(p: QualityParams): QualityFields {
  return {
    min: written(p.min),
    max: written(p.max),
    markers: (p.markers ?? []).map(written).join('; '),
    beyond: written(p.beyond ?? 0),
    zero: p.zero ?? false,
    values: written(p.values ?? 0),
    hours: written(p.hours ?? 0),
    factor: written(p.factor ?? 0),
    tolerance: written(Math.round((p.tolerance ?? 0) * 1e8) / 1e6),
    words: (p.words ?? []).join(', '),
  };
}

/** The numbers that were written; undefined when a field holds none. */
export function paramsFrom(
  kind: QualityRule['kind'],
  f: QualityFields,
  was: QualityParams,
): QualityParams | undefined {
  const learn = learned[kind];
  const out: QualityParams = learn === undefined ? {} : { learn: was.learn ?? learn };
  for (const field of fieldsOf[kind]) {
    if (field === 'zero') out.zero = f.zero;
    else if (field === 'words')
      out.words = f.words
        .split(',')
        .map((w) => w.trim().toLowerCase())
        .filter(Boolean);
    else if (field === 'markers') {
      const all = f.markers
        .split(';')
        .filter((m) => m.trim())
        .map(numberOf);
      if (all.includes(undefined)) return undefined;
      out.markers = all as number[];
    } else if ((field === 'min' || field === 'max') && !f[field].trim()) continue;
    else {
      const n = numberOf(f[field]);
      if (n === undefined || (field !== 'min' && field !== 'max' && n < 0)) return undefined;
      out[field] = field === 'tolerance' ? n / 100 : field === 'values' ? Math.round(n) : n;
    }
  }
  return out;
}

/** What is sent; undefined while something is missing. */
export function changeFrom(
  rule: QualityRule,
  indicator: string,
  fields: QualityFields,
  rest: Pick<QualityChange, 'effect' | 'source' | 'effective_on' | 'reason'>,
): QualityChange | undefined {
  const params = paramsFrom(rule.kind, fields, rule.params);
  if (!params || rest.source.trim().length < 3 || rest.reason.trim().length < 10 || !rest.effective_on)
    return undefined;
  const scope = indicator ? { indicator } : rule.unit ? { unit: rule.unit } : {};
  return { kind: rule.kind, ...scope, params, ...rest };
}
