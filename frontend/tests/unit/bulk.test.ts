import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/api/problem.ts';
import type { Report } from '../../src/api/types.ts';
import {
  incidentsOf,
  inTurn,
  mostChosen,
  stretched,
  takenBack,
  toggled,
  type Outcome,
} from '../../src/data/bulk.ts';

const list = [5, 4, 3, 2, 1].map((id) => ({ id }));
const refused = new Problem({ code: 'not_found', status: 404 });

describe('choosing many reports', () => {
  it('adds and takes away, and a stretch in either direction', () => {
    expect([...toggled(new Set([1]), 2)]).toEqual([1, 2]);
    expect([...toggled(new Set([1, 2]), 2)]).toEqual([1]);
    expect([...stretched(new Set(), list, 4, 2)].sort()).toEqual([2, 3, 4]);
    expect([...stretched(new Set([5]), list, 2, 4)].sort()).toEqual([2, 3, 4, 5]);
    // What a stretch began with may have left the list.
    expect([...stretched(new Set(), list, 99, 3)]).toEqual([3]);
    expect([...stretched(new Set([1]), list, 1, 99)]).toEqual([1]);
  });
  it('never chooses more than are changed in one go', () => {
    const many = Array.from({ length: mostChosen + 50 }, (_, i) => ({ id: i + 1 }));
    const all = stretched(new Set(), many, 1, mostChosen + 50);
    expect(all.size).toBe(mostChosen);
    expect(toggled(all, mostChosen + 1).size).toBe(mostChosen);
  });
});

describe('changing many reports', () => {
  const rows = [1, 2, 3, 4].map((id) => ({ id, was: id === 2 ? '' : 'sampah' }));

  it('goes on after a refusal and says which it was', async () => {
    const told: number[] = [];
    const outcomes = await inTurn(
      rows,
      (id) => (id === 3 ? Promise.reject(refused) : Promise.resolve()),
      new AbortController().signal,
      (o) => told.push(o.length),
    );
    expect(told).toEqual([1, 2, 3, 4]);
    expect(outcomes.map((o) => [o.id, o.problem?.code])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'not_found'],
      [4, undefined],
    ]);
    // The refused was not changed, and what was empty cannot be put back.
    expect(takenBack(outcomes, 'banjir')).toEqual([
      { id: 1, was: 'sampah' },
      { id: 4, was: 'sampah' },
    ]);
    expect(takenBack(outcomes, 'sampah')).toEqual([]);
  });

  it('stops when it is told to, and when the network is away', async () => {
    const stop = new AbortController();
    const some = await inTurn(
      rows,
      (id) => Promise.resolve(id === 2 && stop.abort()),
      stop.signal,
      () => {},
    );
    expect(some.map((o) => o.id)).toEqual([1, 2]);
    const away = await inTurn(
      rows,
      () => Promise.reject(new TypeError('failed to fetch')),
      new AbortController().signal,
      () => {},
    );
    expect(away.map((o: Outcome) => o.id)).toEqual([1]);
  });

  it('finds the incidents of reports, the one with most of them first', () => {
    const of = (id: number, incident_id?: number) => ({ id, incident_id }) as Report;
    expect(incidentsOf([of(1, 7), of(2, 9), of(3, 9), of(4)])).toEqual({ ids: [9, 7], without: [4] });
  });
});
