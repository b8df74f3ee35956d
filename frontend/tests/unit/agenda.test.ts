import { describe, expect, it } from 'vitest';
import type { AgendaEntry } from '../../src/api/types.ts';
import { complete, ofDay, overlap, whenOn } from '../../src/data/agenda.ts';

const hour = 3_600_000;
/** Midnight in a city eight hours east of Greenwich. */
const midnight = Date.parse('2026-11-22T16:00:00Z');
const at = (hours: number) => new Date(midnight + hours * hour).toISOString();
const entry = (key: string, from: number, to: number, more: Partial<AgendaEntry> = {}): AgendaEntry => ({
  key,
  source: 's',
  title: key,
  start: at(from),
  end: at(to),
  ...more,
});

describe('the day of the mayor', () => {
  it('marks what cannot both be kept, and nothing else', () => {
    const cases: [AgendaEntry, AgendaEntry, boolean][] = [
      [entry('a', 8, 10), entry('b', 9, 11), true],
      [entry('a', 8, 10), entry('b', 10, 11), false],
      [entry('a', 8, 12), entry('b', 9, 10), true],
      [entry('a', 8, 10), entry('b', 9, 11, { cancelled: true }), false],
      [entry('a', 0, 24, { all_day: true }), entry('b', 9, 11), false],
      [entry('a', 8, 10), entry('b', 9, 9), true],
      [entry('a', 8, 10), entry('b', 10, 10), false],
      [entry('a', 8, 10), entry('b', 8, 8), true],
      [entry('a', 9, 9), entry('b', 9, 9), true],
      [entry('a', 8, 10), entry('b', 9, 11, { tentative: true }), true],
    ];
    for (const [a, b, expected] of cases) {
      expect(overlap(a, b), `${a.start}/${b.start}`).toBe(expected);
      expect(overlap(b, a)).toBe(expected);
    }
  });

  it('says of each how it stands, whole days first', () => {
    const day = ofDay(
      [
        entry('over', 8, 9),
        entry('now', 9, 11),
        entry('off', 9.5, 10, { cancelled: true }),
        entry('next', 10.5, 12),
        entry('later', 13, 14),
        entry('all', 0, 24, { all_day: true }),
        entry('tomorrow', 32, 33),
      ],
      midnight,
      midnight + 24 * hour,
      midnight + 10 * hour,
    );
    expect(day.map((a) => [a.entry.key, a.standing, a.clashes.map((c) => c.key)])).toEqual([
      ['all', 'now', []],
      ['over', 'over', []],
      ['now', 'now', ['next']],
      ['off', 'cancelled', []],
      ['next', 'next', ['now']],
      ['later', 'later', []],
    ]);
  });

  it('holds an appointment that goes over midnight on both days, each with its part', () => {
    const night = entry('night', 22, 26);
    const day = [midnight, midnight + 24 * hour] as const;
    const next = [midnight + 24 * hour, midnight + 48 * hour] as const;
    for (const [from, to] of [day, next]) expect(ofDay([night], from, to, midnight)).toHaveLength(1);
    expect(whenOn(night, ...day)).toEqual({ of: 'from', from: midnight + 22 * hour });
    expect(whenOn(night, ...next)).toEqual({ of: 'until', to: midnight + 26 * hour });
    expect(whenOn(entry('long', -3, 60), ...day)).toEqual({ of: 'all_day' });
    expect(whenOn(entry('moment', 9, 9), ...day)).toEqual({ of: 'at', from: midnight + 9 * hour });
    expect(whenOn(entry('plain', 9, 24), ...day).of).toBe('span');
  });

  it('knows an empty day only where a calendar was read for all of it', () => {
    const read = { read_at: at(7), known_from: at(-24), known_to: at(48) };
    expect(complete([read], midnight, midnight + 48 * hour)).toBe(true);
    expect(complete([{ ...read, known_to: at(47) }], midnight, midnight + 48 * hour)).toBe(false);
    expect(complete([{ known_from: at(-24), known_to: at(48) }], midnight, midnight + 24 * hour)).toBe(false);
    expect(complete([], midnight, midnight + 24 * hour)).toBe(false);
  });
});
