import type { FeatureCollection, Point } from 'geojson';
import {
  Map as GlMap,
  setWorkerUrl,
  type ExpressionSpecification,
  type GeoJSONSource,
  type MapMouseEvent,
  type PaddingOptions,
  type StyleSpecification,
} from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Area, Severity } from '../api/types.ts';
import type { Outlines } from '../data/areas.svelte.ts';
import { classOf, type Layer } from './layer.ts';
import { markerOrder, markerSize, type HeatCell, type MapMarker } from './marker.ts';
import type { MapPoint } from './point.ts';
import { boxOf } from './projection.ts';
import { circleOf, circlesOf, severityColours, severityShapes } from './shapes.ts';

setWorkerUrl(workerUrl);

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
  focus: readonly string[];
}

/** What a tap on the map means. */
export interface Taps {
  area: (code: string) => void;
  incident: (id: number) => void;
}

/** Points are sent to the worker at most this often. */
const pointPause = 1000;
/** Below this zoom points are gathered into cells. */
const cellZoom = 12;
/** Added to a class to have the colours of risk instead of the ramp. */
const risk = 10;
const markPixels = 96;
const none: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** The WebGL map: no base map, no glyph files, one choropleth and one layer of points. */
export class CityGl {
  readonly #map: GlMap;
  readonly #rem: number;
  readonly #onselect: (code: string) => void;
  readonly #onopen: (incident: number) => void;
  #scene: Scene;
  #ready = false;
  #drawn = new Map<string, string>();
  #lastPoints = 0;
  #pointTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(element: HTMLElement, scene: Scene, taps: Taps) {
    this.#scene = scene;
    this.#onselect = taps.area;
    this.#onopen = taps.incident;
    this.#rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const box = boxOf(scene.outlines.features);
    this.#map = new GlMap({
      container: element,
      style: { version: 8, sources: {}, layers: [] },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 17,
      minZoom: 8,
      ...(box && {
        bounds: [box.west, box.south, box.east, box.north],
        fitBoundsOptions: { padding: this.#margin },
      }),
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.on('style.load', this.#fill);
    this.#map.on('click', this.#click);
    this.#map.on('mousemove', this.#hover);
    this.restyle();
  }

  /** Makes the map; throws where WebGL2 is missing. */
  static async create(element: HTMLElement, scene: Scene, taps: Taps): Promise<CityGl> {
    // MapLibre draws text from the font as it is now, so it must be there first.
    await document.fonts.load('600 16px "Inter Variable"');
    return new CityGl(element, scene, taps);
  }

  /** Room around the city: on a phone the legend lies over the lower edge. */
  get #margin(): PaddingOptions {
    const side = 24 * this.#rem;
    return { top: side, left: side, right: side, bottom: innerWidth <= 700 ? 104 : side };
  }

  update(scene: Scene): void {
    const before = this.#scene;
    this.#scene = scene;
    if (!this.#ready) return;
    if (scene.outlines !== before.outlines || scene.districts !== before.districts) {
      this.#source('outlines')?.setData(scene.outlines);
      this.#source('districts')?.setData(scene.districts ?? none);
      this.#drawn.clear();
    }
    if (scene.labels !== before.labels) this.#source('labels')?.setData(labelData(scene.labels));
    this.#paintAreas();
    if (scene.points !== before.points || scene.markers !== before.markers) this.#sendPoints();
    if (scene.heat !== before.heat) this.#source('heat')?.setData(heatData(scene.heat));
    if (scene.focus !== before.focus) this.#look();
  }

  /** Takes the colours of the theme; called when it changes. */
  restyle(): void {
    this.#ready = false;
    this.#drawn.clear();
    this.#map.setStyle(this.#style(), { diff: false });
  }

  zoom(by: number): void {
    this.#map.zoomTo(this.#map.getZoom() + by, { duration: 200 });
  }

  home(): void {
    const box = boxOf(this.#scene.outlines.features);
    if (box)
      this.#map.fitBounds([box.west, box.south, box.east, box.north], {
        padding: this.#margin,
        duration: 400,
      });
  }

  remove(): void {
    clearTimeout(this.#pointTimer);
    this.#map.remove();
  }

  #source(id: string): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>(id);
  }

  #fill = (): void => {
    const pixels = hatch(colour('--map-none'), colour('--map-hatch'));
    if (!this.#map.hasImage('hatch')) this.#map.addImage('hatch', pixels, { pixelRatio: 2 });
    for (const severity of Object.keys(severityShapes) as Severity[]) {
      const name = `mark-${severity}`;
      if (!this.#map.hasImage(name))
        this.#map.addImage(name, mark(severity), { pixelRatio: markPixels / 24 });
    }
    this.#ready = true;
    this.#paintAreas();
    this.#sendPoints();
    this.#look();
  };

  #paintAreas(): void {
    const { layer, selected, focus, outlines } = this.#scene;
    for (const feature of outlines.features) {
      const code = feature.properties.code;
      const state = {
        c: layer ? (classOf(layer, layer.values.get(code)) ?? -1) + (layer.palette === 'risk' ? risk : 0) : 0,
        s: code === selected || (selected !== '' && code.startsWith(`${selected}.`)),
        f: focus.some((f) => code === f || code.startsWith(`${f}.`)),
      };
      const key = JSON.stringify(state);
      if (this.#drawn.get(code) === key) continue;
      this.#drawn.set(code, key);
      this.#map.setFeatureState({ source: 'outlines', id: code }, state);
    }
  }

  #sendPoints(): void {
    if (this.#pointTimer) return;
    const wait = Math.max(0, this.#lastPoints + pointPause - Date.now());
    this.#pointTimer = setTimeout(() => {
      this.#pointTimer = undefined;
      this.#lastPoints = Date.now();
      const { points, markers } = this.#scene;
      this.#source('points')?.setData(pointData(points));
      this.#source('guesses')?.setData(guessData([...points, ...markers]));
      this.#source('marks')?.setData(markData(markers));
    }, wait);
  }

  #look(): void {
    const { focus, outlines } = this.#scene;
    if (focus.length === 0 || focus.length > 12) return;
    const inFocus = outlines.features.filter((f) =>
      focus.some((c) => f.properties.code === c || f.properties.code.startsWith(`${c}.`)),
    );
    const box = boxOf(inFocus);
    if (box) {
      const padding = 96 * this.#rem;
      this.#map.fitBounds([box.west, box.south, box.east, box.north], {
        padding,
        maxZoom: 13.5,
        duration: 500,
      });
    }
  }

  #click = (e: MapMouseEvent): void => {
    const cell = this.#map.queryRenderedFeatures(e.point, { layers: ['cells'] })[0];
    if (cell) {
      this.#map.easeTo({ center: e.lngLat, zoom: Math.max(cellZoom + 0.5, this.#map.getZoom() + 1.5) });
      return;
    }
    const mark = this.#map.queryRenderedFeatures(e.point, { layers: ['marks'] })[0];
    if (mark) {
      this.#onopen(Number(mark.properties.id));
      return;
    }
    const hit = this.#map.queryRenderedFeatures(e.point, { layers: ['areas'] })[0];
    this.#onselect(String(hit?.properties.code ?? ''));
  };

  #hover = (e: MapMouseEvent): void => {
    const over = this.#map.queryRenderedFeatures(e.point, { layers: ['areas', 'cells', 'marks'] }).length > 0;
    this.#map.getCanvas().style.cursor = over ? 'pointer' : '';
  };

  #style(): StyleSpecification {
    const { outlines, districts, labels, points, markers, heat } = this.#scene;
    const k = this.#rem;
    return {
      version: 8,
      sources: {
        outlines: { type: 'geojson', data: outlines, promoteId: 'code', tolerance: 0.2 },
        districts: { type: 'geojson', data: districts ?? none, tolerance: 0.2 },
        labels: { type: 'geojson', data: labelData(labels) },
        points: {
          type: 'geojson',
          data: pointData(points),
          cluster: true,
          clusterMaxZoom: cellZoom - 1,
          clusterRadius: 34 * k,
        },
        guesses: { type: 'geojson', data: guessData([...points, ...markers]) },
        marks: { type: 'geojson', data: markData(markers) },
        heat: { type: 'geojson', data: heatData(heat) },
      },
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': colour('--map-ground') } },
        ...areaLayers(k),
        ...guessLayers(k),
        ...pointLayers(k),
        ...textLayers(k),
        ...markLayers(k),
      ],
    };
  }
}

type Layers = StyleSpecification['layers'];
const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function areaLayers(k: number): Layers {
  const ramp: ExpressionSpecification = [
    'match',
    ['coalesce', ['feature-state', 'c'], 0],
    ...[1, 2, 3, 4, 5].flatMap((i) => [i, colour(`--ramp-${i}`)]),
    ...[0, 1, 2, 3].flatMap((i) => [risk + i, colour(`--risk-${i}`)]),
    colour('--ramp-0'),
  ] as unknown as ExpressionSpecification;
  const is = (name: string, yes: number): ExpressionSpecification => [
    'case',
    ['boolean', ['feature-state', name], false],
    yes,
    0,
  ];
  const c: ExpressionSpecification = ['coalesce', ['feature-state', 'c'], 0];
  const gap: ExpressionSpecification = ['case', ['any', ['==', c, -1], ['==', c, risk - 1]], 1, 0];
  return [
    { id: 'areas', type: 'fill', source: 'outlines', paint: { 'fill-color': ramp } },
    { id: 'gaps', type: 'fill', source: 'outlines', paint: { 'fill-pattern': 'hatch', 'fill-opacity': gap } },
    {
      id: 'heat',
      type: 'fill',
      source: 'heat',
      paint: {
        'fill-color': [
          'match',
          ['get', 'heat'],
          99,
          colour('--heat-99'),
          95,
          colour('--heat-95'),
          colour('--heat-90'),
        ],
        'fill-outline-color': colour('--heat-rim'),
      },
    },
    {
      id: 'borders',
      type: 'line',
      source: 'outlines',
      paint: { 'line-color': colour('--map-border'), 'line-width': k },
    },
    {
      id: 'district-borders',
      type: 'line',
      source: 'districts',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colour('--map-district'), 'line-width': 1.25 * k, 'line-opacity': 0.75 },
    },
    {
      id: 'focus',
      type: 'line',
      source: 'outlines',
      paint: { 'line-color': colour('--negative-fill'), 'line-width': 2.25 * k, 'line-opacity': is('f', 1) },
    },
    {
      id: 'selected',
      type: 'line',
      source: 'outlines',
      paint: { 'line-color': colour('--map-select'), 'line-width': 2.75 * k, 'line-opacity': is('s', 1) },
    },
  ];
}

/** Uncertain places near enough to see: areas with a ring and no middle. */
function guessLayers(k: number): Layers {
  return [
    {
      id: 'guess-areas',
      type: 'fill',
      source: 'guesses',
      minzoom: cellZoom,
      paint: { 'fill-color': colour('--map-point'), 'fill-opacity': 0.09 },
    },
    {
      id: 'guess-rings',
      type: 'line',
      source: 'guesses',
      minzoom: cellZoom,
      paint: {
        'line-color': colour('--map-point'),
        'line-width': 1.25 * k,
        'line-opacity': 0.8,
        'line-dasharray': [3, 2],
      },
    },
  ];
}

function markLayers(k: number): Layers {
  return [
    {
      id: 'marks',
      type: 'symbol',
      source: 'marks',
      layout: {
        'icon-image': ['concat', 'mark-', ['get', 'urgency']],
        'icon-size': ['*', ['get', 'size'], (16 / 24) * k],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'order'],
      },
    },
  ];
}

function pointLayers(k: number): Layers {
  const exact: ExpressionSpecification = ['all', ['!', ['has', 'point_count']], ['!', ['get', 'vague']]];
  const vague: ExpressionSpecification = ['all', ['!', ['has', 'point_count']], ['get', 'vague']];
  return [
    {
      id: 'cells',
      type: 'circle',
      source: 'points',
      filter: ['has', 'point_count'],
      paint: {
        'circle-color': colour('--map-point'),
        'circle-opacity': 0.88,
        'circle-radius': ['interpolate', ['linear'], ['sqrt', ['get', 'point_count']], 1, 8 * k, 10, 22 * k],
        'circle-stroke-color': colour('--map-ring'),
        'circle-stroke-width': 1.75 * k,
      },
    },
    {
      id: 'points',
      type: 'circle',
      source: 'points',
      filter: exact,
      paint: {
        'circle-color': ['case', ['get', 'estimated'], colour('--map-ring'), colour('--map-point')],
        'circle-radius': ['case', ['get', 'large'], 6 * k, 4.5 * k],
        'circle-stroke-color': ['case', ['get', 'estimated'], colour('--map-point'), colour('--map-ring')],
        'circle-stroke-width': 1.5 * k,
      },
    },
    // From afar the area of an uncertain place is too small to see: an empty ring.
    {
      id: 'far-rings',
      type: 'circle',
      source: 'points',
      maxzoom: cellZoom,
      filter: vague,
      paint: {
        'circle-color': colour('--map-point'),
        'circle-opacity': 0.09,
        'circle-radius': 6.5 * k,
        'circle-stroke-color': colour('--map-point'),
        'circle-stroke-width': 1.25 * k,
        'circle-stroke-opacity': 0.7,
      },
    },
  ];
}

function textLayers(k: number): Layers {
  const shift = Math.log2(k);
  const paint = {
    'text-color': colour('--map-label'),
    'text-halo-color': colour('--map-halo'),
    'text-halo-width': 1.5 * k,
  };
  const font = ['Inter Variable'];
  return [
    {
      id: 'names',
      type: 'symbol',
      source: 'labels',
      filter: ['==', ['get', 'level'], 'kelurahan'],
      minzoom: 11.6 + shift,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': font,
        'text-size': 11.5 * k,
        'text-max-width': 7,
      },
      paint,
    },
    // Later layers win the place, and the larger areas matter more.
    {
      id: 'district-names',
      type: 'symbol',
      source: 'labels',
      filter: ['==', ['get', 'level'], 'kecamatan'],
      maxzoom: 12.8 + shift,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': font,
        'text-size': 12.5 * k,
        'text-max-width': 7,
        'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'],
        'text-radial-offset': 1.1,
      },
      paint: { ...paint, 'text-halo-width': 2 * k },
    },
    {
      id: 'cell-counts',
      type: 'symbol',
      source: 'points',
      filter: ['has', 'point_count'],
      layout: {
        'text-field': ['to-string', ['get', 'point_count']],
        'text-font': font,
        'text-size': 11.5 * k,
        'text-allow-overlap': true,
        // Takes its place, so that names move aside.
        'text-padding': 7 * k,
      },
      paint: { 'text-color': colour('--map-ring') },
    },
  ];
}

function labelData(labels: readonly Area[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: labels.map((a) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: a.label },
      properties: { name: a.name, level: a.level },
    })),
  };
}

function pointData(points: readonly MapPoint[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: points.map((p) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [p.lon, p.lat] },
      properties: { id: p.id, large: p.large, estimated: p.estimated, vague: p.radius !== undefined },
    })),
  };
}

function guessData(places: readonly (MapPoint | MapMarker)[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: circlesOf(places).map((p) => ({
      type: 'Feature',
      geometry: circleOf(p.lon, p.lat, p.radius),
      properties: {},
    })),
  };
}

function markData(markers: readonly MapMarker[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: markers.map((m) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [m.lon, m.lat] },
      properties: { id: m.id, urgency: m.urgency, order: markerOrder(m), size: markerSize(m.voices) },
    })),
  };
}

function heatData(cells: readonly HeatCell[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: cells.map((c) => ({ type: 'Feature', geometry: c.geometry, properties: { heat: c.heat } })),
  };
}

/** The mark of a severity, large enough to be drawn smaller everywhere. */
function mark(severity: Severity): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = markPixels;
  const ctx = canvas.getContext('2d');
  if (!ctx) return new ImageData(markPixels, markPixels);
  const [fill, rim] = severityColours[severity];
  // A little smaller than its box, so that the rim is not cut.
  ctx.setTransform(markPixels / 26, 0, 0, markPixels / 26, markPixels / 26, markPixels / 26);
  const path = new Path2D(severityShapes[severity]);
  ctx.fillStyle = colour(fill);
  ctx.fill(path);
  ctx.strokeStyle = colour(rim);
  ctx.lineWidth = 1.75;
  ctx.stroke(path);
  return ctx.getImageData(0, 0, markPixels, markPixels);
}

/** Slanting lines for "no data", drawn for a display of twice the pixels. */
function hatch(ground: string, line: string): ImageData {
  const size = 16;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext('2d');
  if (!ctx) return new ImageData(size, size);
  ctx.fillStyle = ground;
  ctx.fillRect(0, 0, size, size);
  ctx.strokeStyle = line;
  ctx.lineWidth = 3;
  ctx.beginPath();
  for (const at of [-size, 0, size]) {
    ctx.moveTo(at, size);
    ctx.lineTo(at + size, 0);
  }
  ctx.stroke();
  return ctx.getImageData(0, 0, size, size);
}
