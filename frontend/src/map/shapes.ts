import type { Polygon } from 'geojson';
import type { Severity } from '../api/types.ts';
import { metresOfDegree } from './projection.ts';

/** Marks of severity in a box of 24: told apart by shape, not by colour alone. */
export const severityShapes: Record<Severity, string> = {
  awas: 'M7.500 1h9L23 7.500v9L16.500 23h-9L1 16.500v-9z',
  siaga: 'M12 .8 23.200 12 12 23.200.8 12z',
  perhatian: 'M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z',
  info: 'M12 1.500a10.500 10.500 0 1 1 0 21 10.500 10.500 0 0 1 0-21z',
};

/** Names of the colours of a mark: inside and rim. */
export const severityColours: Record<Severity, [fill: string, rim: string]> = {
  awas: ['--negative-fill', '--map-ring'],
  siaga: ['--negative-background', '--negative-fill'],
  perhatian: ['--warning-background', '--warning-fill'],
  info: ['--background-tertiary', '--stroke-input'],
};

/** A circle of so many metres around a place. */
export function circleOf(lon: number, lat: number, metres: number, corners = 40): Polygon {
  const high = metres / metresOfDegree;
  const wide = high / Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: corners + 1 }, (_, i) => {
    const turn = ((i % corners) / corners) * 2 * Math.PI;
    return [lon + wide * Math.cos(turn), lat + high * Math.sin(turn)];
  });
  return { type: 'Polygon', coordinates: [ring] };
}

/**
 * The uncertain places, each circle once: forty reports that only name one
 * kelurahan share its circle, and forty on top of each other would be black.
 */
export function circlesOf<T extends { lon: number; lat: number; radius?: number }>(
  places: readonly T[],
): (T & { radius: number })[] {
  const seen = new Set<string>();
  return places.filter((p): p is T & { radius: number } => {
    const key = `${p.lon.toFixed(5)} ${p.lat.toFixed(5)} ${Math.round(p.radius ?? 0)}`;
    if (!p.radius || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
