import type { Feature, FeatureCollection, Point } from 'geojson';
import type { Area } from '../api/types.ts';
import { figure } from '../ui/format.ts';
import { cellRadius, type PointCell } from './cells.ts';
import { markerOrder, markerSize, type HeatCell, type MapMarker } from './marker.ts';
import type { MapPoint } from './point.ts';
import type { Pin } from './scene.ts';
import { circleOf, circlesOf } from './shapes.ts';

/* What the map shows as GeoJSON, for the worker of the WebGL map. */

export const none: FeatureCollection = { type: 'FeatureCollection', features: [] };

export function labelData(labels: readonly Area[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: labels.map((a) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: a.label },
      properties: { name: a.name, level: a.level },
    })),
  };
}

/** A report as a feature; its number names it, so that it can be changed alone. */
export function pointFeature(p: MapPoint): Feature<Point> {
  return {
    type: 'Feature',
    id: p.id,
    geometry: { type: 'Point', coordinates: [p.lon, p.lat] },
    properties: {
      id: p.id,
      large: p.large,
      estimated: p.estimated,
      vague: p.radius !== undefined,
      alone: !!p.alone,
    },
  };
}

export function pointData(points: readonly MapPoint[]): FeatureCollection<Point> {
  return { type: 'FeatureCollection', features: points.map(pointFeature) };
}

/** What tells whether a point is drawn anew. */
export const pointKey = (p: MapPoint) => `${p.lon} ${p.lat} ${p.large} ${p.estimated} ${p.radius ?? ''}`;

export function cellData(cells: readonly PointCell[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: cells.map((c) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [c.lon, c.lat] },
      properties: { count: c.count, text: figure(c.count), radius: cellRadius(c.count) },
    })),
  };
}

export function pinData(pin: Pin | undefined): FeatureCollection {
  if (!pin) return none;
  const ring: Feature[] = pin.radius
    ? [{ type: 'Feature', geometry: circleOf(pin.lon, pin.lat, pin.radius), properties: {} }]
    : [];
  const spot: Feature = {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [pin.lon, pin.lat] },
    properties: {},
  };
  return { type: 'FeatureCollection', features: [...ring, spot] };
}

export function guessData(places: readonly (MapPoint | MapMarker)[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: circlesOf(places).map((p) => ({
      type: 'Feature',
      geometry: circleOf(p.lon, p.lat, p.radius),
      properties: {},
    })),
  };
}

export function markData(markers: readonly MapMarker[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: markers.map((m) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [m.lon, m.lat] },
      properties: { id: m.id, urgency: m.urgency, order: markerOrder(m), size: markerSize(m.voices) },
    })),
  };
}

export function heatData(cells: readonly HeatCell[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: cells.map((c) => ({ type: 'Feature', geometry: c.geometry, properties: { heat: c.heat } })),
  };
}
