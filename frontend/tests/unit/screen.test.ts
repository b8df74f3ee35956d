import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import en from '$i18n/en.json';
import id from '$i18n/id.json';
import { linePaths, rangeOf } from '../../src/charts/lines.ts';
import { classOf, indicatorLimits, reportLayer } from '../../src/map/layer.ts';
import { boxOf, declutter, fit } from '../../src/map/projection.ts';
import {
  asOf,
  ago,
  brief,
  clockTime,
  dayStart,
  duration,
  figure,
  fullMoment,
  hourOfDay,
  moment,
  signed,
} from '../../src/ui/format.ts';
import { fill } from '../../src/ui/messages.ts';
import type { Indicator } from '../../src/api/types.ts';
import { wallTheme } from '../../src/panels/tv/wall.ts';

// 20.00 WITA on a device that is elsewhere.
process.env.TZ = 'America/New_York';
const evening = Date.parse('2026-06-18T12:00:00Z');
const hour = 3_600_000;

describe('figures and times in Indonesian, in the city’s zone', () => {
  it('writes figures with a decimal comma, thousands with a point and a real minus', () => {
    expect(figure(15200)).toBe('15.200');
    expect(figure(1.12, 2)).toBe('1,12');
    expect(signed(-3)).toBe('−3');
    expect(signed(0.184, 2)).toBe('+0,18');
    expect(signed(-0.001, 2)).toBe('0,00');
  });
  it('writes times of the city, not of the device', () => {
    expect(clockTime(evening)).toBe('20.00');
    expect(fullMoment(evening)).toBe('Kamis, 18 Juni 2026 20.00 ');
    expect(hourOfDay(evening)).toBe(20);
    expect(dayStart(evening)).toBe(Date.parse('2026-06-17T16:00:00Z'));
  });
  it('changes days at the city’s midnight', () => {
    const yesterday = Date.parse('2026-06-17T15:59:00Z');
    expect(moment(yesterday, evening)).toBe('kemarin 23.59');
    expect(brief(yesterday, evening)).toBe('kemarin');
    expect(asOf(yesterday, evening)).toBe('per 23.59 kemarin');
    expect(asOf(evening - hour, evening)).toBe('per 19.00');
    expect(moment(evening - 80 * hour, evening)).toBe('15 Jun 12.00');
  });
  it('says the year when it is not this year’s, in the city’s zone', () => {
    const then = Date.parse('2017-12-04T00:00:00Z');
    expect(moment(then, evening)).toBe('4 Des 2017 08.00');
    expect(brief(then, evening)).toBe('4 Des 2017');
    expect(asOf(then, evening)).toBe('per 4 Des 2017 08.00');
    // New Year has come in the city, not yet in Greenwich.
    expect(brief(Date.parse('2025-12-31T16:30:00Z'), evening)).toBe('1 Jan');
    expect(brief(Date.parse('2025-12-31T15:30:00Z'), evening)).toBe('31 Des 2025');
  });
  it('says how long ago', () => {
    expect(ago(evening - 20_000, evening)).toBe('baru saja');
    expect(ago(evening - 12 * 60_000, evening)).toBe('12 menit lalu');
    expect(ago(evening - 3 * hour, evening)).toBe('3 jam lalu');
    expect(ago(evening - 50 * hour, evening)).toBe('2 hari lalu');
    expect(duration(90 * 60_000)).toBe('2 jam');
    expect(duration(72 * hour)).toBe('3 hari');
  });
});

describe('texts', () => {
  it('fill names and number forms', () => {
    expect(fill('{n} new {n#report|reports}', { n: 1 })).toBe('1 new report');
    expect(fill('{n} new {n#report|reports}', { n: 12 })).toBe('12 new reports');
    expect(fill('{a} {b}', { a: 'x' })).toBe('x {b}');
  });
  it('are the same set in both languages, and each is used', () => {
    expect(Object.keys(en)).toEqual(Object.keys(id));
    const files = (readdirSync('src', { recursive: true }) as string[]).filter((n) =>
      /\.(ts|svelte)$/.test(n),
    );
    const code = files.map((n) => readFileSync(`src/${n}`, 'utf8')).join('\n');
    // Keys that code puts together, and texts that the server names.
    const prefixes = [
      'answer',
      'chip',
      'dimension',
      'error',
      'evidence.why',
      'operation',
      'order',
      'period',
      'step',
      'tool',
      'voice.failed',
      'severity',
      'status',
      'freshness',
      'flag',
      'role',
      'connection.kind',
      'problem',
      'greeting',
      'source.failure',
      'source.reread',
      'certainty',
      'correct',
      'decided',
      'hotspots.lacking',
      'incident.flag',
      'incident.status',
      'incident.trend',
      'patterns.group',
      'patterns.hint',
      'patterns.kind',
      'reading.office',
      'reading.place',
      'proof.refused',
      'reporter',
      'word',
    ];
    // What is put together in the code itself: t(`task.step.${kind}`).
    const made = [...code.matchAll(/`([a-z_]+\.[a-z_.]*)\$\{/g)].map((m) => m[1] ?? '');
    const unused = Object.keys(id).filter(
      (key) =>
        !code.includes(`'${key}'`) &&
        !prefixes.some((p) => key.startsWith(`${p}.`)) &&
        !made.some((p) => key.startsWith(p)),
    );
    expect(unused).toEqual([]);
  });
});

describe('choropleth', () => {
  const counts = {
    from: '2026-06-17T12:00:00Z',
    to: '2026-06-18T12:00:00Z',
    rows: [
      { area_code: '64.72.01.1001', category: 'sampah', count: 4 },
      { area_code: '64.72.01.1001', category: 'banjir-drainase', count: 2 },
      { area_code: '64.72.01', category: 'sampah', count: 9 },
    ],
  };
  const codes = ['64.72.01.1001', '64.72.01.1002'];
  const text = { title: 'Laporan', unit: '24 jam' };
  it('counts reports of each area, and zero is a value', () => {
    const layer = reportLayer(counts, codes, '', 24, text);
    expect([...layer.values]).toEqual([
      ['64.72.01.1001', 6],
      ['64.72.01.1002', 0],
    ]);
    expect(layer.n).toBe(6);
    expect(reportLayer(counts, codes, 'sampah', 24, text).values.get('64.72.01.1001')).toBe(4);
  });
  it('has a class for every value, and none for no data', () => {
    const layer = reportLayer(counts, codes, '', 24, text);
    expect([0, 1, 2, 3, 5, 6, 10, 11, 20, 21, 900].map((v) => classOf(layer, v))).toEqual([
      0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
    ]);
    expect(classOf(layer, undefined)).toBeNull();
  });
  it('takes limits from the declaration, so that a colour means the same tomorrow', () => {
    const rain = {
      min: 0,
      thresholds: [{ level: 'siaga', above: true, value: 100, source: '', effective_on: '' }],
    };
    const limits = indicatorLimits(rain as unknown as Indicator, [1, 2]);
    expect(limits).toEqual([25, 50, 75, 100]);
    expect(indicatorLimits(rain as unknown as Indicator, [9000])).toEqual(limits);
  });
});

describe('the plane of the map', () => {
  const square = {
    geometry: {
      type: 'Polygon' as const,
      coordinates: [
        [
          [117, -0.6],
          [117.2, -0.6],
          [117.2, -0.4],
          [117, -0.4],
          [117, -0.6],
        ],
      ],
    },
  };
  it('fits the city into the frame, north up', () => {
    const box = boxOf([square])!;
    const plane = fit(box, 400, 300, 10);
    expect(plane.y(-0.4)).toBeCloseTo(10);
    expect(plane.y(-0.6)).toBeCloseTo(290);
    expect(plane.x(117.1)).toBeCloseTo(200);
    expect(plane.path(square.geometry)).toMatch(/^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+)+Z$/);
  });
  it('has no box without shapes', () => expect(boxOf([])).toBeUndefined());
  it('leaves out labels that would overlap earlier ones', () => {
    const label = (x: number) => ({ x, y: 0, width: 50, height: 10 });
    expect(declutter([label(0), label(30), label(60)])).toEqual([label(0), label(60)]);
  });
});

describe('lines', () => {
  const p = (minutes: number, value: number | null) => ({
    time: new Date(evening + minutes * 60_000).toISOString(),
    value,
  });
  it('break where values are missing', () => {
    const points = [p(0, 1), p(1, 2), p(2, null), p(3, 2), p(4, 1)];
    const { line, end } = linePaths(points, rangeOf(points), 100, 10);
    expect(line.match(/M/g)).toHaveLength(2);
    expect(end?.x).toBeCloseTo(100);
  });
  it('draw nothing of nothing', () => {
    expect(linePaths([], rangeOf([]), 100, 10)).toEqual({ line: '', area: '', end: undefined });
    expect(linePaths([p(0, null)], rangeOf([p(0, null)]), 100, 10).line).toBe('');
  });
});

it('turns the wall dark in the evening unless told otherwise', () => {
  expect(wallTheme(17.4, undefined)).toBe('light');
  expect(wallTheme(17.5, undefined)).toBe('dark');
  expect(wallTheme(5, undefined)).toBe('dark');
  expect(wallTheme(23, 'terang')).toBe('light');
});

it('keeps registries out of the lock file', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved"|https?:\/\/registry/);
});
