import { describe, expect, it } from 'vitest';
import type { Change, Delta, Snapshot } from '../../src/api/types.ts';
import { afterClose, backoff, Follower, readMessage } from '../../src/data/protocol.ts';

const snapshot = (seq: number): Snapshot => ({ type: 'snapshot', seq, at: '2026-06-18T00:00:00Z' });
const delta = (from: number, seq: number, changes: Change[] = []): Delta => ({
  type: 'delta',
  from,
  seq,
  at: '2026-06-18T00:00:00Z',
  changes,
});
const change: Change = { topic: 'alerts', op: 'remove', key: 'x' };

describe('following /live', () => {
  it('asks for a snapshot first and resumes with the last number after', () => {
    const follower = new Follower(['alerts', 'reports']);
    expect(follower.greet()).toEqual({ subscribe: ['alerts', 'reports'] });
    expect(follower.take(snapshot(10)).do).toBe('replace');
    expect(follower.take(delta(10, 12, [change]))).toMatchObject({ do: 'apply', changes: [change] });
    expect(follower.greet()).toEqual({ subscribe: ['alerts', 'reports'], since: 12 });
  });

  it('takes a delta without changes: others saw something, we missed nothing', () => {
    const follower = new Follower(['alerts']);
    follower.take(snapshot(10));
    expect(follower.take(delta(10, 17))).toMatchObject({ do: 'apply', changes: [] });
    expect(follower.seq).toBe(17);
    expect(follower.take(delta(17, 17))).toMatchObject({ do: 'apply' });
  });

  it('asks once for a snapshot at a gap, and waits for it', () => {
    const follower = new Follower(['alerts']);
    follower.take(snapshot(10));
    expect(follower.take(delta(11, 12, [change]))).toEqual({ do: 'ask', message: { subscribe: ['alerts'] } });
    expect(follower.take(delta(12, 13, [change])).do).toBe('ignore');
    expect(follower.seq).toBe(10);
    expect(follower.take(snapshot(13)).do).toBe('replace');
    expect(follower.take(delta(13, 14, [change])).do).toBe('apply');
  });

  it('ignores what it already has', () => {
    const follower = new Follower(['alerts']);
    follower.take(snapshot(10));
    expect(follower.take(delta(8, 9, [change])).do).toBe('ignore');
    expect(follower.take(delta(9, 10, [change])).do).toBe('ignore');
    expect(follower.seq).toBe(10);
  });

  it('asks anew after forgetting', () => {
    const follower = new Follower(['alerts']);
    follower.take(snapshot(10));
    follower.forget();
    expect(follower.greet()).not.toHaveProperty('since');
  });
});

describe('close codes', () => {
  it('comes back below 3500 and after network failures, never from 3500 on', () => {
    for (const code of [1000, 1001, 1006, 1011, 3000, 3001, 3002, 3499, 4000])
      expect(afterClose(code)).toBe('return');
    for (const code of [3003, 3004]) expect(afterClose(code)).toBe('return-fresh');
    for (const code of [3500, 3501, 3502, 3503, 3999]) expect(afterClose(code)).toBe('stop');
  });

  it('waits at random below a ceiling that doubles to 30 s', () => {
    expect(backoff(0, () => 0)).toBe(250);
    expect(backoff(0, () => 1)).toBe(1000);
    expect(backoff(3, () => 1)).toBe(8000);
    expect(backoff(40, () => 1)).toBe(30_000);
    const waits = new Set(Array.from({ length: 50 }, () => backoff(6)));
    expect(waits.size).toBeGreaterThan(40);
  });
});

it('reads only messages of the contract', () => {
  expect(readMessage(JSON.stringify(snapshot(1)))).toMatchObject({ seq: 1 });
  expect(readMessage('{"type":"other"}')).toBeUndefined();
  expect(readMessage('{')).toBeUndefined();
});
