import { describe, expect, it, vi } from 'vitest';
import { Problem, problemFrom, retryAfter } from '../../src/api/problem.ts';
import type { Alert, Indicator, IndicatorState, Report } from '../../src/api/types.ts';
import { attention } from '../../src/data/alerts.svelte.ts';
import { within } from '../../src/data/areas.svelte.ts';
import { connection } from '../../src/data/connection.ts';
import { freshness } from '../../src/data/indicators.svelte.ts';
import { merge } from '../../src/data/merge.ts';
import { headline, judge, reaching, spansOf, telling, withGaps } from '../../src/data/reading.ts';
import { Remote, retryUnreached } from '../../src/data/remote.svelte.ts';
import { matches, noFilter } from '../../src/data/report-list.svelte.ts';
import { overdue, spanLimits } from '../../src/data/reports.svelte.ts';

const now = Date.parse('2026-06-18T04:00:00Z');
const hour = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();

describe('merging changes', () => {
  const keyOf = (x: { k: string; v: number }) => x.k;
  it('replaces in place, adds at the end, removes, and leaves the old list alone', () => {
    const old = [
      { k: 'a', v: 1 },
      { k: 'b', v: 1 },
      { k: 'c', v: 1 },
    ];
    const next = merge(
      old,
      [
        { topic: 'alerts', op: 'put', key: 'b', data: { k: 'b', v: 2 } },
        { topic: 'alerts', op: 'remove', key: 'a' },
        { topic: 'alerts', op: 'put', key: 'd', data: { k: 'd', v: 1 } },
        { topic: 'alerts', op: 'remove', key: 'unknown' },
      ],
      keyOf,
    );
    expect(next).toEqual([
      { k: 'b', v: 2 },
      { k: 'c', v: 1 },
      { k: 'd', v: 1 },
    ]);
    expect(old[1]?.v).toBe(1);
  });
  it('keeps the last of several changes of one thing', () => {
    const next = merge(
      [] as { k: string; v: number }[],
      [
        { topic: 'alerts', op: 'put', key: 'a', data: { k: 'a', v: 1 } },
        { topic: 'alerts', op: 'put', key: 'a', data: { k: 'a', v: 2 } },
      ],
      keyOf,
    );
    expect(next).toEqual([{ k: 'a', v: 2 }]);
  });
});

const alert = (key: string, severity: Alert['severity'], since: number): Alert => ({
  key,
  kind: 'surge',
  severity,
  headline: key,
  evidence: '',
  area_codes: [],
  since: at(since),
});

it('puts at most five matters forward, worst and newest first, never information', () => {
  const list = [
    alert('info', 'info', now),
    alert('old-siaga', 'siaga', now - 9 * hour),
    alert('new-siaga', 'siaga', now),
    alert('awas', 'awas', now - 99 * hour),
    ...['p1', 'p2', 'p3', 'p4'].map((k, i) => alert(k, 'perhatian', now - i * hour)),
  ];
  expect(attention(list).map((a) => a.key)).toEqual(['awas', 'new-siaga', 'old-siaga', 'p1', 'p2']);
});

it('sets the matter of many before the newest of one, and gauges before silent sources', () => {
  const list = [
    { ...alert('one-voice', 'awas', now), kind: 'incident' as const, voices: 1, area_codes: ['64.72.01'] },
    {
      ...alert('many', 'awas', now - 9 * hour),
      kind: 'incident' as const,
      voices: 23,
      area_codes: ['64.72.01'],
    },
    {
      ...alert('flood', 'awas', now - 8 * hour),
      kind: 'flood' as const,
      area_codes: ['64.72.01', '64.72.02'],
    },
    {
      ...alert('source', 'awas', now),
      kind: 'source' as const,
      area_codes: ['64.72.01', '64.72.02', '64.72.03'],
    },
  ];
  expect(attention(list).map((a) => a.key)).toEqual(['flood', 'many', 'one-voice', 'source']);
});

const indicator = (over: Partial<Indicator>): Indicator => ({
  slug: 'x',
  name: 'X',
  name_en: 'X',
  unit: 'm',
  direction: 'down',
  grain: 'district',
  aggregation: 'mean',
  fresh_for_seconds: 600,
  decimals: 2,
  rank: 1,
  visible_to: [],
  thresholds: [],
  definition: '',
  origin: 'pack',
  ...over,
});
const state = (area_code: string, value: number, over: Partial<IndicatorState> = {}): IndicatorState => ({
  indicator: 'x',
  area_code,
  value,
  time: at(now),
  severity: 'info',
  source: 's',
  received_at: at(now),
  ...over,
});

describe('the figure of a tile', () => {
  const two = [
    state('64.72.01', 2, { previous: 1 }),
    state('64.72.02', 6, { previous: 3, severity: 'siaga' }),
  ];
  it('is the city’s own value if there is one', () => {
    expect(headline(indicator({}), [...two, state('64.72', 3)], '64.72')).toMatchObject({
      value: 3,
      over: undefined,
    });
    expect(headline(indicator({}), [...two, state('', 3)], undefined)?.value).toBe(3);
  });
  it('is made as the declaration says', () => {
    expect(headline(indicator({}), two, '64.72')).toMatchObject({ value: 4, previous: 2, severity: 'siaga' });
    expect(headline(indicator({ aggregation: 'sum' }), two, '64.72')).toMatchObject({
      value: 8,
      previous: 4,
    });
    expect(headline(indicator({ aggregation: 'max' }), two, '64.72')).toMatchObject({
      value: 6,
      area: '64.72.02',
    });
    expect(headline(indicator({}), [], '64.72')).toBeUndefined();
  });
  it('leaves values of other times out of a mean', () => {
    const old = state('64.72.03', 100, { time: at(now - 5 * hour) });
    expect(headline(indicator({}), [...two, old], '64.72')).toMatchObject({
      value: 4,
      over: { how: 'mean', areas: 2 },
    });
  });
  it('names the worst limit passed, else the next one', () => {
    const limits = [
      { level: 'siaga' as const, above: true, value: 5, source: '', effective_on: '2026-01-01' },
      { level: 'perhatian' as const, above: true, value: 3, source: '', effective_on: '2026-01-01' },
    ];
    const i = indicator({ thresholds: limits });
    expect(telling(i, 1, '')?.value).toBe(3);
    expect(telling(i, 4, '')?.value).toBe(3);
    expect(telling(i, 6, '')?.value).toBe(5);
  });
  it('says whether a change is for the better', () => {
    expect(judge(indicator({}), 0.5)).toBe('worse');
    expect(judge(indicator({ direction: 'up' }), 0.5)).toBe('better');
    expect(judge(indicator({ direction: 'none' }), 0.5)).toBe('neutral');
    expect(judge(indicator({}), 0.004)).toBe('same');
  });
});

it('puts an empty point where the server left steps out', () => {
  const point = (hours: number) => ({ time: at(now + hours * hour), value: 1 });
  const series = {
    indicator: 'x',
    area_code: '',
    step: 'hour' as const,
    unit: 'm',
    from: at(now),
    to: at(now),
  };
  const points = withGaps({ ...series, points: [point(0), point(1), point(4)] }).points;
  expect(points.map((p) => p.value)).toEqual([1, 1, null, 1]);
  expect(withGaps({ ...series, points: [] }).points).toEqual([]);
  // Between monthly values there is no hole, in two months without one there is.
  const month = (n: number) => ({ ...point(0), time: at(now - 400 * 24 * hour + n * 30 * 24 * hour) });
  const monthly = withGaps({ ...series, step: 'day', points: [month(0), month(1), month(4)] }, 31 * 86_400);
  expect(monthly.points.map((p) => p.value)).toEqual([1, 1, null, 1]);
});

it('offers ranges that fit an indicator, and the one in which it has data', () => {
  const level = spansOf(indicator({ fresh_for_seconds: 600 }));
  const monthly = spansOf(indicator({ fresh_for_seconds: 31 * 86_400 }));
  expect([level[0], monthly[0]]).toEqual([24, 8760]);
  expect(reaching(level, at(now - hour), now)).toBe(24);
  expect(reaching(level, at(now - 60 * 24 * hour), now)).toBe(8760);
  const old = at(now - 3 * 365 * 24 * hour);
  expect(reaching(level, old, now)).toBeGreaterThan(3 * 8760);
  expect(reaching(monthly, old, now)).toBe(43_800);
});

it('grades freshness by 2 and 6 times the promise, and by the source', () => {
  const i = indicator({ fresh_for_seconds: 600 });
  const aged = (seconds: number) => at(now - seconds * 1000);
  expect(freshness(i, aged(1200), 'langsung', now)).toBe('langsung');
  expect(freshness(i, aged(1201), 'langsung', now)).toBe('tertunda');
  expect(freshness(i, aged(3600), 'langsung', now)).toBe('tertunda');
  expect(freshness(i, aged(3601), 'langsung', now)).toBe('basi');
  expect(freshness(i, aged(1), 'terputus', now)).toBe('terputus');
  // A monthly figure bears the first of its month: it stands until the next ones are due.
  const monthly = { ...i, fresh_for_seconds: 31 * 86_400 };
  expect(freshness(monthly, aged(74 * 86_400), 'langsung', now)).toBe('langsung');
  expect(freshness(monthly, aged(94 * 86_400), 'langsung', now)).toBe('tertunda');
});

const report = (over: Partial<Report>): Report => ({
  id: 1,
  source: 's',
  external_id: '1',
  channel: 'web',
  created_at: at(now - hour),
  text: 'Air naik di gang kami',
  status: 'open',
  area_code: '64.72.08.1001',
  category: 'banjir-drainase',
  ...over,
});

describe('reports', () => {
  it('are overdue only while unfinished', () => {
    const due_at = at(now - hour);
    expect(overdue(report({ due_at }), now)).toBe(true);
    expect(overdue(report({ due_at, status: 'closed' }), now)).toBe(false);
    expect(overdue(report({}), now)).toBe(false);
  });
  it('match a filter as the server filters', () => {
    const f = (over: object) => matches(report({}), { ...noFilter, ...over }, now);
    expect(f({})).toBe(true);
    expect(f({ area: '64.72.08' })).toBe(true);
    expect(f({ area: '64.72.0' })).toBe(false);
    expect(f({ status: 'open,in_progress' })).toBe(true);
    expect(f({ status: 'closed' })).toBe(false);
    expect(f({ q: 'GANG naik' })).toBe(true);
    expect(f({ q: 'sampah' })).toBe(false);
    expect(f({ overdue: true })).toBe(false);
    expect(f({ hours: 24 })).toBe(true);
  });
  it('lie in areas by code, not by prefix of text', () => {
    expect(within('64.72.08', '64.72.08')).toBe(true);
    expect(within('64.72.081', '64.72.08')).toBe(false);
    expect(within(undefined, '64')).toBe(false);
  });
  it('are counted in spans that follow one another', () => {
    const last = spanLimits({ hours: 24, back: 0 }, now);
    const before = spanLimits({ hours: 24, back: 1 }, now);
    expect(last.to).toBe(now);
    expect(before.to).toBe(last.from);
  });
});

it('says how the connection is', () => {
  const open = { status: 'open' as const, contactAt: now - 1000, lostSince: 0 };
  expect(connection(open, true, now).kind).toBe('live');
  expect(connection({ ...open, contactAt: now - 2 * 60_000 }, true, now).kind).toBe('late');
  expect(connection(open, false, now).kind).toBe('offline');
  const lost = { status: 'lost' as const, contactAt: now - 3000, lostSince: now - 2000 };
  expect(connection(lost, true, now).kind).toBe('live');
  expect(connection({ ...lost, lostSince: now - 20_000, contactAt: now - 21_000 }, true, now).kind).toBe(
    'late',
  );
  expect(
    connection({ ...lost, lostSince: now - 6 * 60_000, contactAt: now - 6 * 60_000 }, true, now).kind,
  ).toBe('offline');
  expect(connection({ status: 'connecting', contactAt: 0, lostSince: 0 }, true, now).kind).toBe('joining');
  expect(connection({ status: 'lost', contactAt: 0, lostSince: now - 9000 }, true, now).kind).toBe('offline');
});

describe('problems', () => {
  it('carry code, field, key and wait of problem details', () => {
    const response = new Response(null, { status: 422, headers: { 'Retry-After': '40' } });
    const p = problemFrom(
      { code: 'invalid', detail: 'too short', errors: [{ location: 'body.new' }], key: 'k' },
      response,
    );
    expect(p).toMatchObject({
      code: 'invalid',
      message: 'too short',
      field: 'body.new',
      key: 'k',
      retryAfter: 40_000,
    });
  });
  it('make do with the status when the body says nothing', () => {
    expect(problemFrom('<html>', new Response(null, { status: 502 })).code).toBe('internal');
    expect(problemFrom(undefined, new Response(null, { status: 401 })).code).toBe('unauthorized');
    expect(problemFrom({ code: 'odd' }, new Response(null, { status: 409 })).code).toBe('conflict');
  });
  it('read Retry-After as seconds or as a date', () => {
    expect(retryAfter('7')).toBe(7000);
    expect(retryAfter(new Date(now + 9000).toUTCString(), now)).toBe(9000);
    expect(retryAfter('soon')).toBe(0);
    expect(retryAfter(null)).toBe(0);
  });
});

it('keeps the last value when fetching again fails, and says since when', async () => {
  let fail = false;
  const remote = new Remote<number>(async () => {
    if (fail) throw new Problem({ code: 'internal' });
    return 7;
  });
  await remote.load();
  fail = true;
  await remote.load();
  const since = remote.failedSince;
  await remote.load();
  expect(remote.value).toBe(7);
  expect(remote.phase).toBe('ready');
  expect(remote.problem?.code).toBe('internal');
  expect(remote.failedSince).toBe(since);
  fail = false;
  await remote.load();
  expect(remote.problem).toBeUndefined();
});

it('fetches what nobody answered again once the server is back, and nothing else', async () => {
  let code: 'unreachable' | 'forbidden' | '' = 'unreachable';
  let calls = 0;
  const remote = new Remote<number>(async () => {
    calls++;
    if (code) throw new Problem({ code });
    return 7;
  });
  await remote.load();
  code = '';
  retryUnreached();
  await vi.waitFor(() => expect(remote.value).toBe(7));
  expect(remote.problem).toBeUndefined();
  retryUnreached();
  code = 'forbidden';
  await remote.load();
  retryUnreached();
  expect(calls).toBe(3);
  code = 'unreachable';
  await remote.load();
  remote.clear(); // nobody shows it any more
  retryUnreached();
  expect(calls).toBe(4);
});
