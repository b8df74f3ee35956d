import { figure } from '../../ui/format.ts';

/** 350 m, 1,2 km */
export function distanceText(metres: number): string {
  return metres < 1000 ? `${figure(Math.round(metres / 10) * 10)} m` : `${figure(metres / 1000, 1)} km`;
}

const rad = Math.PI / 180;

/** Metres between two places on a sphere of the earth's mean radius (haversine). */
export function metresBetween(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}

/** The address that a phone's own maps app answers to. */
export function mapsAddress(lon: number, lat: number, userAgent = navigator.userAgent): string {
  const at = `${lat.toFixed(6)},${lon.toFixed(6)}`;
  // An iPhone answers to its own form only.
  return /iPhone|iPad/.test(userAgent) ? `maps://?daddr=${at}` : `geo:${at}?q=${at}`;
}
