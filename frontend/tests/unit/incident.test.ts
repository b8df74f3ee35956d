import { describe, expect, it } from 'vitest';
import type {
  Alert,
  Analysis,
  Area,
  Category,
  Hotspots,
  Incident,
  IncidentMember,
  Office,
  Report,
} from '../../src/api/types.ts';
import { waysOf } from '../../src/data/alert-way.ts';
import type { Outlines } from '../../src/data/areas.svelte.ts';
import { areaChoices, categoryChoices, officeChoices, urgencyChoices } from '../../src/data/correction.ts';
import {
  byPressure,
  candidates,
  certainty,
  dailyPoints,
  dailyUntil,
  isUncertain,
  metresBetween,
  trendOf,
} from '../../src/data/incident.ts';
import { IncidentList, incidentMatches, noIncidentFilter } from '../../src/data/incident-list.svelte.ts';
import { areaAt, heatCells } from '../../src/data/patterns.svelte.ts';
import { floodLayer, valueText } from '../../src/map/layer.ts';
import { markerOrder, markersOf, markerSize } from '../../src/map/marker.ts';
import { coreOf, memberPoints, pointsOf } from '../../src/map/point.ts';
import { boxAround, fit } from '../../src/map/projection.ts';
import { circleOf } from '../../src/map/shapes.ts';
import { circlesOf } from '../../src/map/shapes.ts';

// 12.00 WITA on 18 June.
const now = Date.parse('2026-06-18T04:00:00Z');
const day = 86_400_000;
const at = (ms: number) => new Date(ms).toISOString();

const incident = (over: Partial<Incident> = {}): Incident => ({
  id: 1,
  title: 'Parit tersumbat di Gang Contoh',
  title_by: 'machine',
  category: 'banjir-drainase',
  area_code: '64.72.08.1001',
  areas: ['64.72.08.1001'],
  office: 'DPUPR',
  status: 'new',
  urgency: 'perhatian',
  urgency_reasons: [],
  voices: 6,
  unfinished: 6,
  doubtful: 0,
  first_at: at(now - 5 * day),
  last_at: at(now),
  daily: [1, 1, 1, 1, 1, 1],
  daily_from: '2026-06-13',
  channels: ['web'],
  why: { text: '', text_en: '' },
  flags: [],
  changed_at: at(now),
  ...over,
});

describe('how an incident develops', () => {
  it('fills the days since the last report with zeros, in the city’s days', () => {
    expect(dailyUntil(incident({ daily: [3, 2], daily_from: '2026-06-15' }), now)).toEqual([3, 2, 0, 0]);
    // 23.30 UTC is already the next day in WITA.
    const late = Date.parse('2026-06-18T16:30:00Z');
    expect(dailyUntil(incident({ daily: [1], daily_from: '2026-06-18' }), late)).toEqual([1, 0]);
  });
  it('never draws more than 30 days nor fewer than seven', () => {
    expect(dailyPoints(incident({ daily: [2], daily_from: '2026-06-18' }), now)).toHaveLength(7);
    const long = incident({ daily: Array<number>(60).fill(1), daily_from: '2026-04-20' });
    const points = dailyPoints(long, now);
    expect(points).toHaveLength(30);
    expect(points.at(-1)?.time.slice(0, 10)).toBe('2026-06-18');
  });
  it.each([
    ['new', { first_at: at(now - 3_600_000) }],
    ['worse', { daily: [1, 1, 1, 2, 2, 2] }],
    ['steady', { daily: [2, 2, 2, 2, 2, 2] }],
    ['steady', { daily: [0, 0, 1, 0, 1, 1] }],
    ['easing', { daily: [3, 3, 3, 1, 1, 1] }],
    ['quiet', { daily: [9, 1], daily_from: '2026-06-08', first_at: at(now - 10 * day) }],
  ] as const)('is %s', (trend, over) => {
    expect(trendOf(incident({ ...over, daily: [...('daily' in over ? over.daily : [1])] }), now)).toBe(trend);
  });
  it('reads no trend out of few voices', () => {
    expect(trendOf(incident({ voices: 3, daily: [0, 0, 0, 1, 1, 1] }), now)).toBeUndefined();
  });
});

it('sorts as the server does: urgency, then voices for each day since the last', () => {
  const list = [
    incident({ id: 1, voices: 40, last_at: at(now - 20 * day) }),
    incident({ id: 2, voices: 5 }),
    incident({ id: 3, urgency: 'awas', voices: 1 }),
    incident({ id: 4, voices: 5 }),
  ];
  expect(list.sort(byPressure(now)).map((i) => i.id)).toEqual([3, 4, 2, 1]);
});

describe('what may be the same matter', () => {
  const here = incident({ lon: 117.15, lat: -0.5 });
  const near = incident({ id: 2, lon: 117.151, lat: -0.5, title: 'Dekat' });
  const far = incident({ id: 3, lon: 117.19, lat: -0.5, title: 'Jauh' });
  const other = incident({ id: 4, lon: 117.1505, lat: -0.5, category: 'sampah', title: 'Sampah dekat' });
  const lost = incident({ id: 5, title: 'Tanpa titik' });
  it('measures metres', () => {
    expect(metresBetween(here, near)).toBeCloseTo(111.2, 0);
    expect(metresBetween(here, lost)).toBeNaN();
  });
  it('puts what is alike and near first, never itself, never what was dismissed', () => {
    const gone = incident({ id: 6, status: 'dismissed', lon: 117.15, lat: -0.5 });
    const found = candidates(here, [lost, far, other, near, here, gone, near]);
    expect(found.map((c) => c.incident.id)).toEqual([2, 4, 3, 5]);
    expect(found[1]?.sameCategory).toBe(false);
  });
  it('finds by words and by number', () => {
    expect(candidates(here, [near, far, other], 'sampah').map((c) => c.incident.id)).toEqual([4]);
    expect(candidates(here, [near, far, other], '#3').map((c) => c.incident.id)).toEqual([3]);
    expect(candidates(here, [near, far, other], 'dekat').map((c) => c.incident.id)).toEqual([2, 4]);
  });
});

it('names confidence in words', () => {
  expect([0.95, 0.8, 0.5, 0.2].map(certainty)).toEqual(['very', 'fairly', 'rather', 'hardly']);
});

describe('the list of incidents', () => {
  it('matches as the server filters', () => {
    const i = incident({ areas: ['64.72.08.1001', '64.72.03.1002'], urgency: 'siaga', recurrence: 1 });
    const fits = (over: object) => incidentMatches(i, { ...noIncidentFilter, ...over });
    expect(fits({})).toBe(true);
    expect(fits({ area: '64.72.03' })).toBe(true);
    expect(fits({ area: '64.72.01' })).toBe(false);
    expect(fits({ urgent: true, several: true, structural: true, office: 'DPUPR' })).toBe(true);
    expect(fits({ status: 'watched' })).toBe(false);
    expect(incidentMatches(incident({ status: 'closed' }), noIncidentFilter)).toBe(false);
    expect(incidentMatches(incident({ urgency: 'perhatian' }), { ...noIncidentFilter, urgent: true })).toBe(
      false,
    );
  });

  it('goes on from a page without repeating what moved', () => {
    const list = new IncidentList();
    const grouping = { reports: 3, waiting: 0, review: 0 };
    list.put({ items: [incident({ id: 1 }), incident({ id: 2 })], total: 3, grouping });
    list.put({ items: [incident({ id: 2 }), incident({ id: 3 })], total: 3, grouping }, 2);
    expect(list.items.map((i) => i.id)).toEqual([1, 2, 3]);
    expect(list.more).toBe(false);
  });

  it('keeps its order, collects what is new, lets go of what was merged or closed', () => {
    const list = new IncidentList();
    list.put({
      items: [incident({ id: 1 }), incident({ id: 2 })],
      total: 9,
      grouping: { reports: 3, waiting: 0, review: 0 },
    });
    expect(list.more).toBe(true);
    const say = (...changes: { op: 'put' | 'remove'; key: string; data?: Incident }[]) =>
      list.take(changes.map((c) => ({ topic: 'incidents' as const, ...c })));
    say({ op: 'put', key: '2', data: incident({ id: 2, urgency: 'awas', voices: 30 }) });
    expect(list.items.map((i) => [i.id, i.voices])).toEqual([
      [1, 6],
      [2, 30],
    ]);
    // 3 is new; of an unloaded page nothing is known, so an older number is no news.
    say(
      { op: 'put', key: '3', data: incident({ id: 3 }) },
      { op: 'put', key: '0', data: incident({ id: 0 }) },
    );
    expect(list.arrivals.map((i) => i.id)).toEqual([3]);
    expect(list.items.map((i) => i.id)).toEqual([1, 2]);
    say(
      { op: 'remove', key: '1' },
      { op: 'put', key: '2', data: incident({ id: 2, status: 'closed' }) },
      { op: 'remove', key: '3' },
    );
    expect(list.items).toEqual([]);
    expect(list.arrivals).toEqual([]);
  });
});

describe('putting a report right', () => {
  const report = {
    id: 1,
    category: 'sampah',
    office: 'DLH',
    area_code: '64.72.08.1001',
    stated_area: '64.72.08.1002',
    computed_area: '64.72.08.1001',
    urgency: 'info',
  } as Report;
  const analysis = {
    proposals: [
      { category: 'banjir-drainase', confidence: 0.6 },
      { category: 'sampah', confidence: 0.3 },
    ],
    place: { area_code: '64.72.08.1003', from: 'text', confidence: 0.5, disagrees: [] },
  } as unknown as Analysis;
  const categories = ['banjir-drainase', 'sampah', 'parkir-liar'].map(
    (slug) => ({ slug, office: { 'banjir-drainase': 'DPUPR', sampah: 'DLH' }[slug] ?? 'Dishub' }) as Category,
  );
  it('offers the machine’s proposals first, then the other categories', () => {
    const choices = categoryChoices(report, analysis, categories);
    expect(choices.first.map((c) => [c.value, c.certainty, c.current])).toEqual([
      ['banjir-drainase', 'rather', false],
      ['sampah', 'hardly', true],
    ]);
    expect(choices.rest.map((c) => c.value)).toEqual(['parkir-liar']);
  });
  it('works without an analysis', () => {
    expect(categoryChoices(report, undefined, categories).first.map((c) => c.value)).toEqual(['sampah']);
  });
  it('offers the owners of the proposed categories', () => {
    const offices = ['DLH', 'DPUPR', 'BPBD'].map((short_name) => ({ short_name }) as Office);
    const choices = officeChoices(report, analysis, categories, offices);
    expect(choices.first.map((c) => c.value)).toEqual(['DLH', 'DPUPR']);
    expect(choices.rest.map((c) => c.value)).toEqual(['BPBD']);
  });
  it('offers the kelurahan of point, citizen and text, and finds others by name', () => {
    const areas = [
      { code: '64.72.08.1005', name: 'Bandara', level: 'kelurahan' },
      { code: '64.72.08', name: 'Bandara Lama', level: 'kecamatan' },
    ] as Area[];
    const choices = areaChoices(report, analysis, areas, 'band');
    expect(choices.first.map((c) => [c.value.slice(-4), c.from, c.current])).toEqual([
      ['1001', 'point', true],
      ['1002', 'stated', false],
      ['1003', 'text', false],
    ]);
    expect(choices.rest.map((c) => c.value)).toEqual(['64.72.08.1005']);
    expect(areaChoices(report, analysis, areas, '').rest).toEqual([]);
  });
  it('offers four urgencies, the gravest first', () => {
    expect(urgencyChoices(report).first.map((c) => c.value)).toEqual(['awas', 'siaga', 'perhatian', 'info']);
  });
});

describe('where alerts lead', () => {
  const alert = (kind: Alert['kind'], key: string, over: Partial<Alert> = {}): Alert => ({
    key,
    kind,
    severity: 'siaga',
    headline: '',
    evidence: '',
    area_codes: ['64.72.08.1001'],
    since: at(now),
    ...over,
  });
  const lead = (a: Alert) => waysOf(a, (slug) => slug === 'banjir-drainase').map((w) => w.href);
  it.each([
    ['incident', 'incident:41', '/kejadian/41'],
    ['incident', 'sesuatu', '/kejadian'],
    [
      'hotspot',
      'hotspot:banjir-drainase:64.72.08.1001',
      '/peta?lapisan=titik-panas&peringatan=hotspot%3Abanjir-drainase%3A64.72.08.1001',
    ],
    ['flood', 'flood:64.72.08', '/peta?lapisan=banjir-6&peringatan=flood%3A64.72.08'],
    ['silent', 'silent::64.72.08.1001', '/peta?peringatan=silent%3A%3A64.72.08.1001'],
    [
      'anomaly',
      'anomaly:banjir-drainase:x',
      '/peta?lapisan=banjir-drainase&peringatan=anomaly%3Abanjir-drainase%3Ax',
    ],
    ['source', 'source:bmkg', '/sumber/bmkg'],
  ] as const)('%s %s', (kind, key, href) => {
    expect(lead(alert(kind, key, kind === 'source' ? { source: 'bmkg' } : {}))[0]).toBe(href);
  });
  it('leads a breach to the unfinished reports of its office', () => {
    const breach = alert('breach', 'breach:DLH', { office: 'DLH', area_codes: [] });
    expect(lead(breach)).toEqual(['/laporan?status=open%2Cin_progress&opd=DLH']);
  });
});

describe('uncertain places', () => {
  const report = (over: Partial<Report>) =>
    ({ id: 7, status: 'open', created_at: at(now), ...over }) as Report;
  const guess = { lon: 117.1, lat: -0.4, radius_m: 400 };
  it('draws a guess as an area and a point as a point', () => {
    const points = pointsOf(
      [report({ guess }), report({ lon: 117.2, lat: -0.5, guess })],
      () => undefined,
      new Map(),
      now,
    );
    expect(points.map((p) => [p.radius, p.estimated])).toEqual([
      [400, true],
      [undefined, false],
    ]);
    expect(memberPoints([report({ status: 'closed', guess }), report({})])).toHaveLength(1);
  });
  it('draws no area that is wider than a place, and looks at the middle of the sure members', () => {
    expect(memberPoints([report({ guess: { ...guess, radius_m: 15_000 } })])).toEqual([]);
    const members = [117.1, 117.1001, 117.1002, 117.1003, 117.3].map(
      (lon, id) => ({ ...report({ id, lon, lat: -0.4 }), reasons: [], doubtful: id === 0 }) as IncidentMember,
    );
    expect(
      coreOf(members)
        .map((p) => p.id)
        .sort(),
    ).toEqual([1, 2, 3, 4]);
    expect(coreOf([...members, ...members.map((m) => ({ ...m, id: m.id + 10 }))]).length).toBe(7);
  });
  it('keeps an area’s true size', () => {
    const ring = circleOf(117.1, -0.4, 400).coordinates[0] ?? [];
    for (const [lon = 0, lat = 0] of ring) {
      expect(metresBetween({ lon: 117.1, lat: -0.4 }, { lon, lat })).toBeCloseTo(400, -1);
    }
    const plane = fit({ west: 117, east: 117.1, south: -0.5, north: -0.4 }, 1000, 1000, 0);
    expect(plane.metres(11_119.5)).toBeCloseTo(1000, 0);
    const box = boxAround([{ lon: 117, lat: 0, radius: 1000 }], 600);
    expect(((box?.north ?? 0) - (box?.south ?? 0)) * 111_195).toBeCloseTo(2000, 3);
  });
  it('tells an uncertain incident from an exact one', () => {
    expect([undefined, 100, 101].map((radius_m) => isUncertain(incident({ radius_m })))).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('layers of the map', () => {
  it('draws the gravest incident on top and size by the root of voices', () => {
    const marks = markersOf([
      incident({ id: 1, lon: 1, lat: 1, urgency: 'awas', voices: 1 }),
      incident({ id: 2, lon: 1, lat: 1, voices: 90 }),
      incident({ id: 3 }),
    ]);
    expect(marks.map((m) => m.id)).toEqual([2, 1]);
    expect(markerOrder(marks[1]!)).toBeGreaterThan(markerOrder(marks[0]!));
    expect(markerSize(4)).toBeCloseTo(1.25);
    expect(markerSize(10_000)).toBe(2.75);
  });
  const square = (west: number) => ({
    type: 'Polygon' as const,
    coordinates: [
      [
        [west, 0],
        [west + 1, 0],
        [west + 1, 1],
        [west, 1],
        [west, 0],
      ],
    ],
  });
  const outlines = {
    type: 'FeatureCollection',
    features: [10, 11].map((west) => ({
      type: 'Feature',
      geometry: square(west),
      properties: { code: `k${west}` },
    })),
  } as unknown as Outlines;
  it('finds the kelurahan of a place', () => {
    expect(areaAt([11.5, 0.5], outlines)).toBe('k11');
    expect(areaAt([12.5, 0.5], outlines)).toBe('');
  });
  it('keeps hot cells only, hottest first', () => {
    const cell = (heat: string, around: number) => ({
      geometry: square(10.2),
      properties: { heat, around, count: 1, expected: 1, q: 0.01 },
    });
    const hotspots = {
      features: [cell('panas_95', 9), cell('dingin_99', 0), cell('biasa', 2), cell('panas_99', 5)],
    } as unknown as Hotspots;
    expect(heatCells(hotspots, outlines).map((c) => [c.heat, c.area])).toEqual([
      [99, 'k10'],
      [95, 'k10'],
    ]);
  });
  it('writes levels of risk as words', () => {
    const picture = {
      at: at(now),
      risks: [
        { area_code: 'a', horizon_hours: 6, level: 'siaga' },
        { area_code: 'a', horizon_hours: 24, level: 'awas' },
        { area_code: 'b', horizon_hours: 6, level: 'info' },
      ],
    } as unknown as Parameters<typeof floodLayer>[0];
    const layer = floodLayer(picture, 6, { title: '', unit: '' }, ['rendah', 'Perhatian', 'Siaga', 'Awas']);
    expect(['a', 'b', 'c'].map((code) => valueText(layer, layer.values.get(code)))).toEqual([
      'Siaga',
      'rendah',
      undefined,
    ]);
  });
});

describe('uncertain places on the map', () => {
  it('draws one circle for all reports that only name one kelurahan', () => {
    const one = { lon: 117.15, lat: -0.5, radius: 900 };
    const other = { lon: 117.16, lat: -0.5, radius: 900 };
    expect(circlesOf([one, { ...one }, other, { lon: 117.15, lat: -0.5 }, { ...one, radius: 300 }])).toEqual([
      one,
      other,
      { ...one, radius: 300 },
    ]);
  });
});
