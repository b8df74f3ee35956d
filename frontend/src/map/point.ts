import type { Area, IncidentMember, Report } from '../api/types.ts';
import { metresBetween } from '../data/incident.ts';
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
  /** Never gathered with others: its own state is what is looked for. */
  alone?: boolean;
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

/** An area this wide tells no place: such a report stands in the list only. */
export const widestGuess = 5000;

function guessOf({ guess }: Report) {
  if (!guess || guess.radius_m > widestGuess) return undefined;
  return { lon: guess.lon, lat: guess.lat, radius: guess.radius_m, estimated: true };
}

/** The reports of an incident on its small map, finished ones too; those without a place are left out. */
export function memberPoints(reports: readonly Report[]): MapPoint[] {
  return reports.flatMap((r) => {
    const exact = r.lon !== undefined && r.lat !== undefined;
    const place = exact ? { lon: r.lon ?? 0, lat: r.lat ?? 0, estimated: false } : guessOf(r);
    return place ? [{ id: r.id, ...place, large: false, fresh: false }] : [];
  });
}

/** What the small map shows near: the middle of the sure members, so that one far away does not shrink the rest. */
export function coreOf(members: readonly IncidentMember[]): MapPoint[] {
  const sure = memberPoints(members.filter((m) => !m.doubtful));
  const all = sure.length > 0 ? sure : memberPoints(members);
  const middle = (key: 'lon' | 'lat') => all.map((p) => p[key]).sort((a, b) => a - b)[all.length >> 1] ?? 0;
  const centre = { lon: middle('lon'), lat: middle('lat') };
  const near = all
    .map((p) => ({ p, far: metresBetween(p, centre) + (p.radius ?? 0) }))
    .sort((a, b) => a.far - b.far);
  return near.slice(0, Math.max(1, Math.ceil(near.length * 0.8))).map((n) => n.p);
}
