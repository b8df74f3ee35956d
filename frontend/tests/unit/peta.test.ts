import { describe, expect, it } from 'vitest';
import type { Alert, Area, Indicator, IndicatorState, MapReplay } from '../../src/api/types.ts';
import { hexCells } from '../../src/map/cells.ts';
import { alertLayer, indicatorLayer, reportLimits, toDistricts } from '../../src/map/layer.ts';
import type { MapPoint } from '../../src/map/point.ts';
import { frameAt, frameTime, markersAt, pointsAt, valuesAt, type PointRow } from '../../src/map/replay.ts';
import { cameraText, readCamera } from '../../src/map/scene.ts';

const point = (id: number, lon: number, lat: number): MapPoint => ({
  id,
  lon,
  lat,
  large: false,
  estimated: false,
  fresh: false,
});

describe('cells', () => {
  const crowd = Array.from({ length: 1200 }, (_, i) =>
    point(i, 117 + ((i * 37) % 1000) / 5000, -0.5 + ((i * 91) % 997) / 5000),
  );

  it('lose no point and hold each within their size', () => {
    const cells = hexCells(crowd, 900, -0.5);
    expect(cells.reduce((n, c) => n + c.count, 0)).toBe(crowd.length);
    const across = (2 * 900) / Math.sqrt(3) + 1;
    for (const p of crowd) {
      const near = Math.min(
        ...cells.map((c) => Math.hypot((c.lon - p.lon) * 111_195, (c.lat - p.lat) * 111_195)),
      );
      expect(near).toBeLessThan(across);
    }
  });

  it('stand amid what they gather, so that nothing is drawn where nobody reported', () => {
    // Three at one crossing and one across the street: the mark is between them, wherever the grid lies.
    const at = { lon: 117.1534, lat: -0.4721 };
    const three = [point(1, at.lon, at.lat), point(2, at.lon, at.lat), point(3, at.lon + 0.0003, at.lat)];
    const [cell, ...more] = hexCells(three, 900, -0.5);
    expect(more).toEqual([]);
    expect(cell?.count).toBe(3);
    expect(cell?.lon).toBeCloseTo(at.lon + 0.0001, 9);
    expect(cell?.lat).toBeCloseTo(at.lat, 9);
    const [alone] = hexCells([point(1, at.lon, at.lat)], 900, -0.5);
    expect([alone?.lon, alone?.lat]).toEqual([at.lon, at.lat]);
  });

  it('keep their names when points come and go', () => {
    const few = hexCells(crowd.slice(0, 50), 900, -0.5).map((c) => c.id);
    const many = new Set(hexCells(crowd, 900, -0.5).map((c) => c.id));
    expect(few.filter((id) => !many.has(id))).toEqual([]);
  });
});

describe('the layer of an indicator', () => {
  it('counts the areas that were measured, not the city that is worked out of them', () => {
    const indicator = {
      slug: 'rtlh',
      unit: 'rumah',
      decimals: 0,
      thresholds: [],
      min: 0,
    } as unknown as Indicator;
    const state = (area_code: string, value: number) =>
      ({ indicator: 'rtlh', area_code, value, time: '2026-11-01T00:00:00Z' }) as IndicatorState;
    const states = [state('12.34', 7), state('12.34.01.1001', 3), state('12.34.01.1002', 4)];
    const values = new Map(states.slice(1).map((s) => [s.area_code, s.value]));
    expect(indicatorLayer(indicator, states, values, 'RTLH').n).toBe(2);
  });
});

const noon = Date.UTC(2026, 5, 17, 4);
const replay: MapReplay = {
  layer: '',
  first: new Date(noon - 2 * 3_600_000).toISOString(),
  step_seconds: 3600,
  count: 3,
  window_seconds: 86_400,
  areas: ['12.34.01.1001', '12.34.01.1002'],
  values: [
    [1, null],
    [2, 0],
    [3, 4],
  ],
  n: [1, 2, 7],
};

describe('replay', () => {
  it('finds the frame at or before a moment', () => {
    expect(frameTime(replay, 2)).toBe(noon);
    const frames = [-5, 0, 0.99, 1, 2, 9].map((h) => frameAt(replay, noon + (h - 2) * 3_600_000));
    expect(frames).toEqual([0, 0, 0, 1, 2, 2]);
  });

  it('leaves unknown what was not known, and fills the rest only where it may', () => {
    const codes = ['12.34.01.1001', '12.34.01.1002', '12.34.02.1001'];
    expect([...valuesAt(replay, 0, codes)]).toEqual([['12.34.01.1001', 1]]);
    expect(valuesAt({ ...replay, rest: 0 }, 2, codes).get('12.34.02.1001')).toBe(0);
  });

  it('draws the points that were unfinished then, and no later ones', () => {
    const row = (id: number, created: number, closed = 0, radius = 0): PointRow => ({
      id,
      lon: 117,
      lat: -0.5,
      radius,
      area: '12.34.01.1001',
      created: noon + created * 3_600_000,
      closed: closed && noon + closed * 3_600_000,
      due: noon - 60_000,
    });
    const area = { code: '12.34.01.1001', level: 'kelurahan', label: [117.1, -0.4] } as Area;
    const rows = [
      row(1, 1),
      row(2, 0),
      row(3, -1, 1),
      row(4, -2, -1),
      row(5, -25),
      row(6, -3, 0, -1),
      row(7, -3, 0, 9000),
    ];
    const shown = pointsAt(rows, noon, 86_400_000, () => area);
    expect(shown.map((p) => p.id)).toEqual([2, 3, 6]);
    expect(shown.map((p) => p.estimated)).toEqual([false, false, true]);
    expect(shown.every((p) => p.large)).toBe(true);
  });

  it('draws incidents as large as they were', () => {
    const one = { id: 9, title: 'x', area: '', lon: 1, lat: 2, radius_m: 0, urgency: 'siaga' as const };
    const incidents = [
      {
        ...one,
        from: noon / 1000 - 7200,
        to: 0,
        voices: [
          [0, 3],
          [2, 8],
        ],
      },
      { ...one, id: 8, from: noon / 1000 - 7200, to: noon / 1000, voices: [[0, 2]] },
    ];
    const at = (frame: number) => markersAt({ ...replay, incidents }, frame).map((m) => [m.id, m.voices]);
    expect(at(1)).toEqual([
      [8, 2],
      [9, 3],
    ]);
    expect(at(2)).toEqual([[9, 8]]);
  });
});

describe('levels and alerts', () => {
  it('brings kelurahan to their kecamatan by the declared aggregation', () => {
    const values = new Map([
      ['12.34.01.1001', 2],
      ['12.34.01.1002', 4],
      ['12.34.02', 9],
      ['12.34.02.1001', 1],
    ]);
    const codes = ['12.34.01', '12.34.02', '12.34.03'];
    expect([...toDistricts(values, codes, 'sum')]).toEqual([
      ['12.34.01', 6],
      ['12.34.02', 9],
    ]);
    expect(toDistricts(values, codes, 'mean').get('12.34.01')).toBe(3);
    expect(toDistricts(values, codes, 'max').get('12.34.01')).toBe(4);
    expect(reportLimits(24, 'kecamatan')[0]).toBeGreaterThan(reportLimits(24)[0]);
  });

  it('colours areas by the gravest alert, and nothing for one of the whole city', () => {
    const alert = (severity: Alert['severity'], ...area_codes: string[]) =>
      ({ severity, area_codes }) as Alert;
    const all = [
      alert('awas', '12.34'),
      alert('perhatian', '12.34.01'),
      alert('siaga', '12.34.01.1001'),
      alert('awas'),
    ];
    const codes = ['12.34.01.1001', '12.34.01.1002', '12.34.02.1001'];
    const layer = alertLayer(all, codes, noon, { title: 'x', unit: '' }, ['0', '1', '2', '3']);
    expect([...layer.values.values()]).toEqual([2, 1, 0]);
    expect(layer.n).toBe(4);
  });
});

describe('a link', () => {
  it('says where the map looks, and refuses what is no place', () => {
    const camera = { lon: 117.15, lat: -0.5, zoom: 12.25 };
    expect(readCamera(cameraText(camera))).toEqual(camera);
    for (const text of [undefined, '', '12', '12,95,117', '12,-0.5,xx', '99,0,0', '1,2,190'])
      expect(readCamera(text)).toBeUndefined();
  });
});
