import type { Polygon } from 'geojson';
import type { Incident, Severity } from '../api/types.ts';
import { severityRank } from '../data/alerts.svelte.ts';
import { isUncertain } from '../data/incident.ts';

/** An incident on the map: its size tells voices, its shape urgency. */
export interface MapMarker {
  id: number;
  lon: number;
  lat: number;
  urgency: Severity;
  voices: number;
  /** Metres within which the place lies, when it is uncertain. */
  radius?: number;
}

/** A cell that is hotter than chance, from its test. */
export interface HeatCell {
  id: number;
  geometry: Polygon;
  heat: 90 | 95 | 99;
  count: number;
  around: number;
  expected: number;
  q: number;
  /** The kelurahan in which its middle lies, "" for none. */
  area: string;
}

/** Incidents that have a place, in the order in which they are drawn. */
export function markersOf(incidents: readonly Incident[]): MapMarker[] {
  return incidents
    .flatMap((i) =>
      i.lon === undefined || i.lat === undefined
        ? []
        : [
            {
              id: i.id,
              lon: i.lon,
              lat: i.lat,
              urgency: i.urgency,
              voices: i.voices,
              ...(isUncertain(i) && { radius: i.radius_m }),
            },
          ],
    )
    .sort((a, b) => markerOrder(a) - markerOrder(b));
}

/** What is graver lies above, and among equals what has more voices. */
export const markerOrder = (m: MapMarker) => severityRank(m.urgency) * 10_000 + m.voices;

/** How large a marker is drawn, in rem: by the root of its voices, so that its area tells them. */
export const markerSize = (voices: number) => Math.min(2.75, 0.75 + 0.25 * Math.sqrt(voices));
