import { describe, expect, it } from 'vitest';
import { ordered, idle } from '../../src/data/offices.svelte.ts';
import type { OfficePage } from '../../src/api/types.ts';
import { mondayOf, shiftWeek, weekOfDay } from '../../src/data/week.ts';

const day = (iso: string) => Date.parse(iso) / 86_400_000;

describe('weeks', () => {
  it('are those of ISO 8601, as the server counts them', () => {
    for (const [at, week] of [
      ['2026-11-22', '2026-W47'],
      ['2026-11-23', '2026-W48'],
      ['2027-01-01', '2026-W53'],
      ['2024-12-30', '2025-W01'],
      ['2023-01-01', '2022-W52'],
      ['1969-12-31', '1970-W01'],
    ] as const)
      expect(weekOfDay(day(at))).toBe(week);
  });
  it('begin on Monday and follow one another over the year', () => {
    expect(mondayOf('2026-W53')).toBe(day('2026-12-28'));
    expect(shiftWeek('2026-W53', 1)).toBe('2027-W01');
    expect(shiftWeek('2025-W01', -1)).toBe('2024-W52');
    for (const bad of ['', 'sekarang', '2025-W53', '2026-W00', '2026-W7'])
      expect(mondayOf(bad)).toBeUndefined();
  });
});

const page = (name: string, ratio?: [number, number, number]): OfficePage =>
  ({
    name,
    office: name,
    open: 1,
    ...(ratio && { ratio: ratio[0], ratio_low: ratio[1], ratio_high: ratio[2] }),
  }) as OfficePage;

describe('pages of offices', () => {
  it('tell who had nothing to do apart from who did', () => {
    const none = { inherited: 0, received: 0, closed: 0, open: 0, cases: 0, sent: 0 };
    expect(idle({ ...page('a'), ...none })).toBe(true);
    for (const key of Object.keys(none)) expect(idle({ ...page('a'), ...none, [key]: 1 })).toBe(false);
  });
  it('stand by name unless asked otherwise; what cannot be compared stands last', () => {
    const all = [page('C', [1, 1, 1]), page('A'), page('B', [2, 2, 2])];
    expect(ordered(all, 'name').map((p) => p.name)).toEqual(['A', 'B', 'C']);
    expect(ordered(all, 'ratio').map((p) => p.name)).toEqual(['B', 'C', 'A']);
  });
});
