import type { MultiPolygon, Polygon, Position } from 'geojson';

/*
 * A plane for a city near the equator: at 0.5° south a linear projection of
 * degrees is exact to a few parts in ten thousand.
 */

/** A degree of latitude in metres. */
export const metresOfDegree = 111_195;

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}
export interface Shape {
  geometry: Polygon | MultiPolygon;
}

export function boxOf(shapes: readonly Shape[]): Box | undefined {
  const box: Box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const shape of shapes) {
    for (const ring of rings(shape.geometry)) {
      for (const [lon, lat] of ring) {
        if (lon === undefined || lat === undefined) continue;
        box.west = Math.min(box.west, lon);
        box.east = Math.max(box.east, lon);
        box.south = Math.min(box.south, lat);
        box.north = Math.max(box.north, lat);
      }
    }
  }
  return box.west < box.east && box.south < box.north ? box : undefined;
}

/** The box around places, each with what may lie around it, and at least so many metres wide. */
export function boxAround(
  places: readonly { lon: number; lat: number; radius?: number }[],
  least: number,
): Box | undefined {
  if (places.length === 0) return undefined;
  const box: Box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const p of places) {
    const reach = Math.max(least / 2, p.radius ?? 0) / metresOfDegree;
    box.west = Math.min(box.west, p.lon - reach);
    box.east = Math.max(box.east, p.lon + reach);
    box.south = Math.min(box.south, p.lat - reach);
    box.north = Math.max(box.north, p.lat + reach);
  }
  return box;
}

function rings(geometry: Polygon | MultiPolygon): Position[][] {
  return geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
}

export interface Projection {
  x(lon: number): number;
  y(lat: number): number;
  /** So many metres in pixels. */
  metres(m: number): number;
  path(geometry: Polygon | MultiPolygon): string;
  /** The box in pixels. */
  frame(box: Box): { x: number; y: number; width: number; height: number };
}

/** Fits a box into width × height pixels with a margin, north up. */
export function fit(box: Box, width: number, height: number, margin: number): Projection {
  const stretch = Math.cos((((box.south + box.north) / 2) * Math.PI) / 180);
  const wide = (box.east - box.west) * stretch;
  const high = box.north - box.south;
  const scale = Math.max(1e-6, Math.min((width - 2 * margin) / wide, (height - 2 * margin) / high));
  const left = (width - wide * scale) / 2;
  const top = (height - high * scale) / 2;
  const x = (lon: number) => left + (lon - box.west) * stretch * scale;
  const y = (lat: number) => top + (box.north - lat) * scale;
  return {
    x,
    y,
    metres: (m) => (m / metresOfDegree) * scale,
    path(geometry) {
      let d = '';
      for (const ring of rings(geometry)) {
        ring.forEach(([lon, lat], i) => {
          d += `${i ? 'L' : 'M'}${x(lon ?? 0).toFixed(1)} ${y(lat ?? 0).toFixed(1)}`;
        });
        d += 'Z';
      }
      return d;
    },
    frame(b) {
      return {
        x: x(b.west),
        y: y(b.north),
        width: x(b.east) - x(b.west),
        height: y(b.south) - y(b.north),
      };
    },
  };
}

/** Labels that do not overlap, the earlier ones first. */
export function declutter<T extends { x: number; y: number; width: number; height: number }>(
  labels: T[],
): T[] {
  const kept: T[] = [];
  for (const l of labels) {
    const clear = kept.every(
      (k) => Math.abs(k.x - l.x) * 2 > k.width + l.width || Math.abs(k.y - l.y) * 2 > k.height + l.height,
    );
    if (clear) kept.push(l);
  }
  return kept;
}
