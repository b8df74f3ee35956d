import type { MapPoint } from './point.ts';
import { metresOfDegree } from './projection.ts';

/** Points gathered into one cell of a hexagonal grid. */
export interface PointCell {
  /** Column and row of the grid: the same place keeps its name as points come and go. */
  id: string;
  lon: number;
  lat: number;
  count: number;
}

/**
 * Gathers points into hexagons so many metres wide. A cell's place is the mean of
 * its points: a mark at the hexagon's own centre could stand in the river. The grid
 * is anchored to the earth, so that cells do not change when the map is moved.
 * What lies somewhere within kilometres is in no cell.
 */
export function hexCells(points: readonly MapPoint[], metres: number, latitude: number): PointCell[] {
  const stretch = Math.cos((latitude * Math.PI) / 180) * metresOfDegree;
  const size = metres / Math.sqrt(3);
  const cells = new Map<string, PointCell>();
  for (const p of points) {
    const [q, r] = hexAt((p.lon * stretch) / size, (p.lat * metresOfDegree) / size);
    const id = `${q} ${r}`;
    const cell = cells.get(id);
    if (cell) {
      cell.count++;
      cell.lon += (p.lon - cell.lon) / cell.count;
      cell.lat += (p.lat - cell.lat) / cell.count;
    } else cells.set(id, { id, lon: p.lon, lat: p.lat, count: 1 });
  }
  return [...cells.values()];
}

/** The axial column and row of the pointy hexagon of side 1 that holds a place. */
function hexAt(x: number, y: number): [number, number] {
  const q = (Math.sqrt(3) / 3) * x - y / 3;
  const r = (2 / 3) * y;
  let [cq, cr] = [Math.round(q), Math.round(r)];
  const cs = Math.round(-q - r);
  const [dq, dr, ds] = [Math.abs(cq - q), Math.abs(cr - r), Math.abs(cs + q + r)];
  if (dq > dr && dq > ds) cq = -cr - cs;
  else if (dr > ds) cr = -cq - cs;
  return [cq || 0, cr || 0];
}

/** How large a cell's circle is drawn, in pixels at 16 a rem: by the root of its count. */
export const cellRadius = (count: number) => Math.min(22, 8 + (14 * (Math.sqrt(count) - 1)) / 9);
