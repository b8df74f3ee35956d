import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl';
import { colour } from './gl-images.ts';

/* The layers of the WebGL map, in the colours of the theme; k is how many times 16 px a rem is. */

export type Layers = StyleSpecification['layers'];

/** Below this zoom points are gathered into cells. */
export const cellZoom = 12;
/** Added to a class to have the colours of risk instead of the ramp. */
export const risk = 10;

/** All layers above what lies behind them. */
export function layersOf(k: number, backdrop: boolean): Layers {
  return [
    ...areaLayers(k, backdrop ? 0.62 : 1),
    ...guessLayers(k),
    ...pinLayers(k),
    ...pointLayers(k),
    ...textLayers(k),
    ...markLayers(k),
  ];
}

function areaLayers(k: number, opacity: number): Layers {
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
    { id: 'areas', type: 'fill', source: 'outlines', paint: { 'fill-color': ramp, 'fill-opacity': opacity } },
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
    {
      id: 'beside',
      type: 'line',
      source: 'outlines',
      paint: {
        'line-color': colour('--map-select'),
        'line-width': 2.25 * k,
        'line-opacity': is('b', 1),
        'line-dasharray': [3, 1.5],
      },
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
  return [
    {
      id: 'cells',
      type: 'circle',
      source: 'cells',
      maxzoom: cellZoom,
      paint: {
        'circle-color': colour('--map-point'),
        'circle-opacity': 0.88,
        'circle-radius': ['*', ['get', 'radius'], k],
        'circle-stroke-color': colour('--map-ring'),
        'circle-stroke-width': 1.75 * k,
      },
    },
    {
      id: 'points',
      type: 'circle',
      source: 'points',
      filter: ['all', ['!', ['get', 'vague']], ['any', ['get', 'alone'], ['>=', ['zoom'], cellZoom]]],
      paint: {
        'circle-color': ['case', ['get', 'estimated'], colour('--map-ring'), colour('--map-point')],
        'circle-radius': ['case', ['get', 'large'], 6 * k, 4.5 * k],
        'circle-stroke-color': ['case', ['get', 'estimated'], colour('--map-point'), colour('--map-ring')],
        'circle-stroke-width': 1.5 * k,
      },
    },
  ];
}

/** A place that was searched for: a ring around it, and where it is, larger than a point and beneath what lies there. */
function pinLayers(k: number): Layers {
  const line = { 'line-color': colour('--guide-content'), 'line-width': 2 * k, 'line-dasharray': [2, 1.5] };
  return [
    {
      id: 'pin-ring',
      type: 'line',
      source: 'pin',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: line,
    },
    {
      id: 'pin',
      type: 'circle',
      source: 'pin',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-color': colour('--guide-content'),
        'circle-radius': 9 * k,
        'circle-stroke-color': colour('--map-ring'),
        'circle-stroke-width': 2.5 * k,
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
      source: 'cells',
      maxzoom: cellZoom,
      layout: {
        'text-field': ['get', 'text'],
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
