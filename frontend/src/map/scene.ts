import type { Area } from '../api/types.ts';
import type { Outlines } from '../data/areas.svelte.ts';
import type { Layer } from './layer.ts';
import type { HeatCell, MapMarker } from './marker.ts';
import type { MapPoint } from './point.ts';

/** Where the map looks: what a link restores. */
export interface Camera {
  lon: number;
  lat: number;
  zoom: number;
}

/** A place that was searched for. */
export interface Pin {
  lon: number;
  lat: number;
  /** Metres around it that hold it. */
  radius: number;
}

/** What lies behind the map, where something is configured. */
export interface Backdrop {
  tiles?: string;
  style?: string;
}

/** What the map draws. All of it is given anew at each change; the map finds the differences. */
export interface Scene {
  outlines: Outlines;
  districts: Outlines | undefined;
  labels: readonly Area[];
  layer: Layer | undefined;
  points: readonly MapPoint[];
  markers: readonly MapMarker[];
  heat: readonly HeatCell[];
  selected: string;
  /** Others that are compared with the selected one. */
  beside: readonly string[];
  focus: readonly string[];
  pin: Pin | undefined;
}

/** What a tap on the map means. */
export interface Taps {
  area: (code: string, add: boolean) => void;
  incident: (id: number) => void;
  /** The map was moved by hand; undefined when it shows the whole city again. */
  moved: (camera: Camera | undefined) => void;
}

/** Writes a camera for an address: zoom, latitude, longitude. */
export const cameraText = (c: Camera) => `${c.zoom.toFixed(2)},${c.lat.toFixed(4)},${c.lon.toFixed(4)}`;

/** Reads what cameraText wrote; undefined for anything else. */
export function readCamera(text: string | undefined): Camera | undefined {
  const [zoom = NaN, lat = NaN, lon = NaN] = (text ?? '').split(',').map(Number);
  const sound = zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return sound ? { lon, lat, zoom } : undefined;
}
