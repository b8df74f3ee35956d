import { describe, expect, it } from 'vitest';
import { bandPaths, scaleOf } from '../../src/charts/band-line.ts';

describe('the scale of an answer’s line', () => {
  it('has round steps around the values, from zero where asked', () => {
    expect(scaleOf([41, 75], true)).toEqual({ low: 0, high: 80, ticks: [0, 20, 40, 60, 80] });
    expect(scaleOf([0.91, 1.32], false).ticks).toEqual([0.8, 1, 1.2, 1.4]);
    expect(scaleOf([-12, 30], true).low).toBeLessThanOrEqual(-12);
  });
  it('stands for a single value, equal values and none', () => {
    expect(scaleOf([5], false).high).toBeGreaterThan(scaleOf([5], false).low);
    expect(scaleOf([0, 0], true)).toMatchObject({ low: 0 });
    expect(scaleOf([], true)).toEqual({ low: 0, high: 1, ticks: [0, 1] });
  });
});

describe('the paths of an answer’s line', () => {
  const scale = { low: 0, high: 10, ticks: [] };
  it('leave a gap where nothing is known', () => {
    const drawn = bandPaths([{ value: 0 }, { value: null }, { value: 10 }, { value: 5 }], scale, 30, 10);
    expect(drawn).toEqual({ known: 'M0.0 10.0M20.0 0.0L30.0 5.0', expected: '', band: '' });
  });
  it('lead from the last known value into the band', () => {
    const drawn = bandPaths(
      [{ value: 4 }, { value: 6, low: 5, high: 7 }, { value: 8, low: 6, high: 10 }],
      scale,
      20,
      10,
    );
    expect(drawn.known).toBe('M0.0 6.0');
    expect(drawn.expected).toBe('M0.0 6.0L10.0 4.0L20.0 2.0');
    expect(drawn.band).toBe('M10.0 3.0L20.0 0.0L20.0 4.0L10.0 5.0Z');
  });
});
