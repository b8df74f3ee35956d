import type { Area, MapPoints, MapReplay } from '../api/types.ts';
import type { Layer, LayerText } from './layer.ts';
import type { MapMarker } from './marker.ts';
import { markerOrder } from './marker.ts';
import { widestGuess, type MapPoint } from './point.ts';

/* How the map stood at one frame of a replay: nothing of now is mixed in. */

/** A report as a point, with when it was unfinished, in milliseconds. */
export interface PointRow {
  id: number;
  lon: number;
  lat: number;
  /** 0 exact, metres when estimated, -1 when only the area is known. */
  radius: number;
  area: string;
  created: number;
  closed: number;
  due: number;
}

/** The columns of an answer as rows, newest first. */
export function rowsOf(columns: MapPoints): PointRow[] {
  return columns.id.map((id, i) => ({
    id,
    lon: columns.lon[i] ?? 0,
    lat: columns.lat[i] ?? 0,
    radius: columns.radius_m[i] ?? -1,
    area: columns.areas[columns.area[i] ?? -1] ?? '',
    created: (columns.created[i] ?? 0) * 1000,
    closed: (columns.closed[i] ?? 0) * 1000,
    due: (columns.due[i] ?? 0) * 1000,
  }));
}

/** Where a row is drawn; one that only names its kelurahan stands near the label, spread by its number. */
export function pointOf(
  row: PointRow,
  at: number,
  areaOf: (code: string) => Area | undefined,
): MapPoint | undefined {
  const base = { id: row.id, large: row.due > 0 && row.due < at, fresh: false };
  if (row.radius === 0) return { ...base, lon: row.lon, lat: row.lat, estimated: false };
  if (row.radius > 0) {
    if (row.radius > widestGuess) return undefined;
    return { ...base, lon: row.lon, lat: row.lat, estimated: true, radius: row.radius };
  }
  const area = areaOf(row.area);
  if (area?.level !== 'kelurahan') return undefined;
  const turn = (row.id * 2.399963) % (2 * Math.PI);
  const reach = 0.0012 + 0.0008 * Math.sqrt(row.id % 7);
  const [lon = 0, lat = 0] = area.label;
  return { ...base, lon: lon + reach * Math.cos(turn), lat: lat + reach * Math.sin(turn), estimated: true };
}

/** The reports of the window before a moment that were unfinished at it. */
export function pointsAt(
  rows: readonly PointRow[],
  at: number,
  window: number,
  areaOf: (code: string) => Area | undefined,
): MapPoint[] {
  return rows.flatMap((row) => {
    const stood = row.created <= at && row.created > at - window && (row.closed === 0 || row.closed > at);
    const point = stood ? pointOf(row, at, areaOf) : undefined;
    return point ? [point] : [];
  });
}

/** Time of a frame in milliseconds. */
export const frameTime = (replay: Pick<MapReplay, 'first' | 'step_seconds'>, frame: number) =>
  Date.parse(replay.first) + frame * replay.step_seconds * 1000;

/** The frame at or before a moment, kept within the replay. */
export function frameAt(replay: Pick<MapReplay, 'first' | 'step_seconds' | 'count'>, at: number): number {
  const frame = Math.floor((at - Date.parse(replay.first)) / (replay.step_seconds * 1000));
  return Math.min(replay.count - 1, Math.max(0, frame));
}

/** Each area's value at a frame, before it is brought to a level. */
export function valuesAt(replay: MapReplay, frame: number, codes: readonly string[]): Map<string, number> {
  const values = new Map<string, number>();
  const rest = replay.rest;
  if (rest !== undefined) for (const code of codes) values.set(code, rest);
  replay.areas.forEach((code, i) => {
    const value = replay.values[frame]?.[i];
    if (value !== null && value !== undefined) values.set(code, value);
  });
  return values;
}

/** A layer as it stood at a frame, in the look that it has live. */
export function layerAt(
  look: Pick<Layer, 'id' | 'decimals' | 'limits' | 'floor' | 'palette' | 'names'>,
  text: LayerText,
  values: ReadonlyMap<string, number>,
  replay: MapReplay,
  frame: number,
): Layer {
  return { ...look, ...text, values, at: frameTime(replay, frame), n: replay.n[frame] ?? 0 };
}

/** Incidents that ran at a frame, as large as they were by then. */
export function markersAt(replay: MapReplay, frame: number): MapMarker[] {
  const at = frameTime(replay, frame) / 1000;
  return (replay.incidents ?? [])
    .filter((i) => i.from <= at && (i.to === 0 || i.to > at))
    .map((i) => {
      const voices = i.voices.findLast((v) => (v?.[0] ?? 0) <= frame)?.[1] ?? 1;
      return {
        id: i.id,
        lon: i.lon,
        lat: i.lat,
        urgency: i.urgency,
        voices,
        ...(i.radius_m > 0 && { radius: i.radius_m }),
      };
    })
    .sort((a, b) => markerOrder(a) - markerOrder(b));
}
