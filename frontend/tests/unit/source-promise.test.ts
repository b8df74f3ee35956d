import { describe, expect, it } from 'vitest';
import { longest, partsOf, promises, secondsOf } from '../../src/data/source-promise.ts';

describe('what a source promises', () => {
  it('is read in the largest unit that holds it, and comes back the same', () => {
    expect(partsOf(172_800)).toEqual({ n: 2, unit: 86_400 });
    expect(partsOf(5400)).toEqual({ n: 90, unit: 60 });
    expect(partsOf(10_800)).toEqual({ n: 3, unit: 3600 });
    expect(partsOf(90)).toEqual({ n: 2, unit: 60 });
    for (const seconds of promises) {
      const { n, unit } = partsOf(seconds);
      expect(secondsOf(n, unit)).toBe(seconds);
    }
  });
  it('is at least one unit and at most a year, whatever is written', () => {
    expect(secondsOf(Number.NaN, 3600)).toBe(3600);
    expect(secondsOf(-3, 60)).toBe(60);
    expect(secondsOf(9999, 86_400)).toBe(longest);
  });
});
