import { describe, expect, it } from 'vitest';
import type { Alert, Disposition } from '../../src/api/types.ts';
import {
  afresh,
  byOffice,
  followUp,
  scenesOf,
  shiftOf,
  weatherMatters,
  type WallLife,
} from '../../src/panels/tv/wall.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse('2026-11-22T02:00:00Z');
const order = (more: Partial<Disposition>) =>
  ({
    status: 'working',
    nature: 'biasa',
    office_name: 'Dinas',
    due_at: '2026-11-23T00:00:00Z',
    ...more,
  }) as Disposition;

describe('starting afresh', () => {
  const life = (more: Partial<WallLife> = {}): WallLife => ({
    now: start + 10 * hour,
    hour: 10,
    openedAt: start,
    wokeAt: 0,
    contactAt: start + 10 * hour,
    tries: 0,
    ...more,
  });
  const silentFor = (ms: number, more: Partial<WallLife> = {}) =>
    afresh(life({ contactAt: start + 10 * hour - ms, ...more }));

  it('waits five minutes of silence, and longer each time that brought nothing', () => {
    expect(silentFor(5 * minute)).toBeUndefined();
    expect(silentFor(5 * minute + 1)).toBe('silence');
    expect(silentFor(9 * minute, { tries: 1 })).toBeUndefined();
    expect(silentFor(11 * minute, { tries: 1 })).toBe('silence');
    expect(silentFor(59 * minute, { tries: 9 })).toBeUndefined();
    expect(silentFor(61 * minute, { tries: 9 })).toBe('silence');
  });
  it('does not count a sleep, nor the time before it was opened, as silence', () => {
    expect(silentFor(8 * hour, { wokeAt: start + 10 * hour - minute })).toBeUndefined();
    expect(silentFor(8 * hour, { wokeAt: start + 10 * hour - 6 * minute })).toBe('silence');
    expect(afresh(life({ contactAt: 0, openedAt: start + 10 * hour - minute }))).toBeUndefined();
    expect(afresh(life({ contactAt: 0, openedAt: start + 9 * hour }))).toBe('silence');
  });
  it('happens each night at four, once', () => {
    expect(afresh(life({ hour: 4.01 }))).toBe('night');
    expect(afresh(life({ hour: 3.99 }))).toBeUndefined();
    expect(afresh(life({ hour: 4.06 }))).toBeUndefined();
    expect(afresh(life({ hour: 4.02, openedAt: start + 10 * hour - minute }))).toBeUndefined();
  });
});

describe('what the wall shows', () => {
  it('has a scene only where there is something to say', () => {
    expect(scenesOf({ matter: false, weather: false })).toEqual(['a', 'c']);
    expect(scenesOf({ matter: true, weather: true })).toEqual(['a', 'b', 'c', 'd']);
    const alert = { kind: 'overdue', severity: 'siaga' } as Alert;
    expect(weatherMatters([alert], ['info'], [{ level: 'info' }])).toBe(false);
    expect(weatherMatters([{ ...alert, kind: 'warning' }], [], [])).toBe(true);
    expect(weatherMatters([{ ...alert, kind: 'quake', severity: 'info' }], [], [])).toBe(false);
    expect(weatherMatters([], ['info', 'perhatian'], [])).toBe(true);
    expect(weatherMatters([], [], [{ level: 'siaga' }])).toBe(true);
  });
  it('puts the latest first and keeps what is secret or over to itself', () => {
    const all = [
      order({ id: 1, due_at: '2026-11-25T00:00:00Z' }),
      order({ id: 2, late_hours: 3 }),
      order({ id: 3, late_hours: 30 }),
      order({ id: 4, late_hours: 90, nature: 'rahasia' }),
      order({ id: 5, late_hours: 99, status: 'done' }),
      order({ id: 6, due_at: '2026-11-24T00:00:00Z' }),
    ];
    expect(followUp(all).map((d) => d.id)).toEqual([3, 2, 6, 1]);
  });
  it('counts by office, those with most late first', () => {
    const all = [
      order({ office: 'DLH' }),
      order({ office: 'DLH' }),
      order({ office: 'DPUPR', late_hours: 1 }),
      order({ office_name: 'Sekretaris Daerah', status: 'canceled' }),
      order({ office_name: 'Camat Samarinda Ulu', nature: 'rahasia' }),
    ];
    expect(byOffice(all)).toEqual([
      { name: 'DPUPR', running: 1, late: 1 },
      { name: 'DLH', running: 2, late: 0 },
      { name: 'Camat Samarinda Ulu', running: 1, late: 0 },
    ]);
  });
  it('moves by two pixels each ten minutes', () => {
    expect(shiftOf(start)).not.toBe(shiftOf(start + 10 * minute));
    expect(shiftOf(start)).toBe(shiftOf(start + 20 * minute));
  });
});
