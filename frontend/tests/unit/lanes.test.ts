import './browser.ts';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/api/types.ts';
import { dayOf, laneDays, laneOf, lanesOf } from '../../src/data/lanes.ts';

// 18 June 2026, 10.00 in a city eight hours east of Greenwich.
const now = Date.parse('2026-06-18T02:00:00Z');
const made = (first: string, daily: number[], more: Partial<Incident> = {}): Incident =>
  ({
    id: 1,
    daily,
    daily_from: first,
    first_at: `${first}T04:00:00Z`,
    last_at: `${first}T05:00:00Z`,
    ...more,
  }) as Incident;

describe('lanes of incidents', () => {
  it('show thirty days up to today, the last place', () => {
    const lane = laneOf(made('2026-06-15', [2, 0, 3], { last_at: '2026-06-17T04:00:00Z' }), now);
    expect(lane.counts).toHaveLength(laneDays);
    expect(lane.counts.slice(-5)).toEqual([0, 2, 0, 3, 0]);
    expect([lane.from, lane.to, lane.older]).toEqual([26, 28, false]);
    expect(lane.most).toEqual({ at: 28, n: 3 });
    expect(new Date(dayOf(29, now)).toISOString()).toBe('2026-06-18T00:00:00.000Z');
    expect(new Date(dayOf(0, now)).toISOString()).toBe('2026-05-20T00:00:00.000Z');
  });
  it('begin at the edge for an older matter, and mark where it was closed', () => {
    const daily = Array<number>(45).fill(1);
    const lane = laneOf(
      made('2026-05-01', daily, { last_at: '2026-06-14T04:00:00Z', closed_at: '2026-06-16T04:00:00Z' }),
      now,
    );
    expect([lane.from, lane.older, lane.closed]).toEqual([0, true, 27]);
    // The newest of equal days is told.
    expect(lane.most).toEqual({ at: 25, n: 1 });
  });
  it('leave out what had no report in these days', () => {
    const quiet = made('2026-04-01', [5]);
    expect(lanesOf([quiet, made('2026-06-18', [1])], now).map((l) => l.incident.daily_from)).toEqual([
      '2026-06-18',
    ]);
  });
});
