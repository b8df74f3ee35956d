import type { Alert, Recommendation, SeriesPoint } from '../api/types.ts';
import { dayNumber } from '../ui/format.ts';
import type { PointRow } from '../map/replay.ts';

/*
 * What a matter on Ringkasan is about in figures: the series that belongs to it
 * and the layer of the map that shows it. Pure functions.
 */

export type Subject =
  | { of: 'indicator'; slug: string; area: string }
  | { of: 'incident'; id: number; category: string }
  | { of: 'flood'; areas: readonly string[] }
  | { of: 'reports'; category: string; areas: readonly string[] };

/** The subject of a piece of advice; undefined where no series belongs to it, as with an office's deadlines. */
export function subjectOfAdvice(r: Recommendation): Subject | undefined {
  if (r.indicator) return { of: 'indicator', slug: r.indicator, area: r.area_code ?? '' };
  const areas = r.area_codes.length > 0 ? r.area_codes : [r.area_code ?? ''].filter(Boolean);
  if (r.trigger === 'flood') return { of: 'flood', areas };
  if (r.incident_id) return { of: 'incident', id: r.incident_id, category: r.category ?? '' };
  return r.category ? { of: 'reports', category: r.category, areas } : undefined;
}

/** The subject of an alert. Keys name it: "threshold:INDICATOR:AREA", "surge:CATEGORY:AREA", "incident:NUMBER". */
export function subjectOfAlert(a: Alert, isCategory: (slug: string) => boolean): Subject | undefined {
  const [, name = ''] = a.key.split(':');
  const areas = a.area_codes;
  switch (a.kind) {
    case 'threshold':
      return name ? { of: 'indicator', slug: name, area: areas[0] ?? '' } : undefined;
    case 'incident':
      return /^\d+$/.test(name) ? { of: 'incident', id: Number(name), category: '' } : undefined;
    case 'flood':
      return { of: 'flood', areas };
    case 'surge':
    case 'hotspot':
    case 'anomaly':
      return isCategory(name) ? { of: 'reports', category: name, areas } : undefined;
    case 'silent':
      return { of: 'reports', category: isCategory(name) ? name : '', areas };
    default:
      return undefined;
  }
}

const day = 86_400_000;

/** Reports for each of the last so many calendar days of the city, today last; no areas mean all. */
export function dailyCounts(
  rows: readonly Pick<PointRow, 'area' | 'created'>[],
  areas: readonly string[],
  now: number,
  days: number,
): SeriesPoint[] {
  const today = dayNumber(now);
  const counts = Array<number>(days).fill(0);
  for (const row of rows) {
    if (areas.length > 0 && !areas.some((a) => row.area === a || row.area.startsWith(`${a}.`))) continue;
    const at = days - 1 - (today - dayNumber(row.created));
    if (at >= 0 && at < days) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((value, i) => ({
    time: new Date((today - days + 1 + i) * day).toISOString(),
    value,
  }));
}
