import type { Area, Report } from '../api/types.ts';
import { overdue } from '../data/reports.svelte.ts';

/** A report on the map. */
export interface MapPoint {
  id: number;
  lon: number;
  lat: number;
  /** Drawn larger: past its norm. */
  large: boolean;
  /** No exact place: drawn hollow, near its area's label. */
  estimated: boolean;
  /** Metres within which the place lies: drawn as a circle of that size, never as a point. */
  radius?: number;
  /** Arrived a moment ago. */
  fresh: boolean;
}

/** The most points drawn at once; more would only be ink. */
export const pointLimit = 400;
const freshFor = 4000;

/**
 * Points of reports that are not finished, newest first. A report that only
 * names its kelurahan stands around the label point, spread by its number.
 */
export function pointsOf(
  reports: readonly Report[],
  areaOf: (code: string | undefined) => Area | undefined,
  arrived: ReadonlyMap<number, number>,
  now: number,
  wanted: (report: Report) => boolean = () => true,
): MapPoint[] {
  const points: MapPoint[] = [];
  for (const report of reports) {
    if (points.length >= pointLimit) break;
    if (report.status === 'closed' || report.status === 'rejected' || !wanted(report)) continue;
    const place = placeOf(report, areaOf);
    if (!place) continue;
    points.push({
      id: report.id,
      ...place,
      large: overdue(report, now),
      fresh: now - (arrived.get(report.id) ?? 0) < freshFor,
    });
  }
  return points;
}

function placeOf(report: Report, areaOf: (code: string | undefined) => Area | undefined) {
  if (report.lon !== undefined && report.lat !== undefined) {
    return { lon: report.lon, lat: report.lat, estimated: false };
  }
  if (report.guess) return guessOf(report);
  const area = areaOf(report.area_code);
  if (!area || area.level !== 'kelurahan') return undefined;
  const turn = (report.id * 2.399963) % (2 * Math.PI);
  const reach = 0.0012 + 0.0008 * Math.sqrt(report.id % 7);
  const [lon = 0, lat = 0] = area.label;
  return { lon: lon + reach * Math.cos(turn), lat: lat + reach * Math.sin(turn), estimated: true };
}

function guessOf({ guess }: Report) {
  if (!guess) return undefined;
  return { lon: guess.lon, lat: guess.lat, radius: guess.radius_m, estimated: true };
}

/** The reports of an incident on its small map, finished ones too; those without any place are left out. */
export function memberPoints(reports: readonly Report[]): MapPoint[] {
  return reports.flatMap((r) => {
    const exact = r.lon !== undefined && r.lat !== undefined;
    const place = exact ? { lon: r.lon ?? 0, lat: r.lat ?? 0, estimated: false } : guessOf(r);
    return place ? [{ id: r.id, ...place, large: false, fresh: false }] : [];
  });
}
