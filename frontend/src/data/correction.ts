import type { Analysis, Area, Category, CorrectionField, Office, Report, Severity } from '../api/types.ts';
import { certainty, type Certainty } from './incident.ts';

/*
 * What an officer may choose when putting a report right: what speaks for
 * itself first, so that the right value is one tap away.
 */

export interface Choice {
  value: string;
  /** Why it stands where it does. */
  from?: 'proposal' | 'category' | 'point' | 'stated' | 'text';
  certainty?: Certainty;
  /** The report carries it now. */
  current: boolean;
}

export interface Choices {
  first: Choice[];
  rest: Choice[];
}

const severities: Severity[] = ['awas', 'siaga', 'perhatian', 'info'];

/** What a report carries in a field, "" for nothing. */
export function valueOf(report: Report, field: CorrectionField): string {
  if (field === 'category') return report.category ?? '';
  if (field === 'office') return report.office ?? '';
  if (field === 'area') return report.area_code ?? '';
  return report.urgency ?? '';
}

/** Who set a field: source, analysis or officer; undefined where nothing is known of it. */
export function setBy(analysis: Analysis | undefined, field: CorrectionField) {
  if (field === 'category') return analysis?.category_by;
  return field === 'office' ? analysis?.office_by : undefined;
}

export function categoryChoices(
  report: Report,
  analysis: Analysis | undefined,
  all: readonly Category[],
): Choices {
  const now = valueOf(report, 'category');
  const first: Choice[] = (analysis?.proposals ?? []).map((p) => ({
    value: p.category,
    from: 'proposal',
    certainty: certainty(p.confidence),
    current: p.category === now,
  }));
  if (now && !first.some((c) => c.value === now)) first.push({ value: now, current: true });
  return {
    first,
    rest: others(
      first,
      all.map((c) => c.slug),
    ),
  };
}

export function officeChoices(
  report: Report,
  analysis: Analysis | undefined,
  categories: readonly Category[],
  offices: readonly Office[],
): Choices {
  const now = valueOf(report, 'office');
  const slugs = [report.category, ...(analysis?.proposals ?? []).map((p) => p.category)];
  const owners = slugs.flatMap((slug) => categories.find((c) => c.slug === slug)?.office ?? []);
  const first: Choice[] = [...new Set([now, ...owners])].filter(Boolean).map((value) => ({
    value,
    ...(owners.includes(value) && { from: 'category' as const }),
    current: value === now,
  }));
  return {
    first,
    rest: others(
      first,
      offices.map((o) => o.short_name),
    ),
  };
}

/** Kelurahan: those that the point, the citizen and the text name, then those whose name holds the words. */
export function areaChoices(
  report: Report,
  analysis: Analysis | undefined,
  areas: readonly Area[],
  words: string,
  limit = 8,
): Choices {
  const now = valueOf(report, 'area');
  const named: [string | undefined, Choice['from']][] = [
    [report.computed_area, 'point'],
    [report.stated_area, 'stated'],
    [analysis?.place?.area_code, analysis?.place?.from === 'point' ? 'point' : 'text'],
    [now, undefined],
  ];
  const first: Choice[] = [];
  for (const [value, from] of named) {
    if (!value || first.some((c) => c.value === value)) continue;
    first.push({ value, ...(from && { from }), current: value === now });
  }
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = areas.filter(
    (a) =>
      a.level === 'kelurahan' && wanted.length > 0 && wanted.every((w) => a.name.toLowerCase().includes(w)),
  );
  return {
    first,
    rest: others(
      first,
      found.map((a) => a.code),
    ).slice(0, limit),
  };
}

export function urgencyChoices(report: Report): Choices {
  const now = valueOf(report, 'urgency');
  return { first: severities.map((value) => ({ value, current: value === now })), rest: [] };
}

const others = (first: readonly Choice[], values: readonly string[]): Choice[] =>
  values.filter((v) => !first.some((c) => c.value === v)).map((value) => ({ value, current: false }));
