import { describe, expect, it } from 'vitest';
import { dateToday, numberOf, rowOf } from '../../src/panels/pengaturan/thresholds.ts';

describe('the thresholds of an indicator in a form', () => {
  it('reads numbers as they are written here', () => {
    for (const [written, value] of [
      ['12,5', 12.5],
      [' 0,5 ', 0.5],
      ['12.5', 12.5],
      ['1.250', 1250],
      ['1.250,75', 1250.75],
      ['-3', -3],
      ['−3,5', -3.5],
    ] as const)
      expect(numberOf(written), written).toBe(value);
    for (const wrong of ['', 'dua', '1,2,3', '1.2.3', '12,', '1e9', 'NaN', '12 m'])
      expect(numberOf(wrong), wrong).toBeUndefined();
  });
  it('writes them so, and reads back what it wrote', () => {
    for (const value of [0.5, 2, 1250, 1250.75, -3.5]) {
      const row = rowOf({ level: 'awas', above: true, value, source: 'SK', effective_on: '2026-01-01' });
      expect(numberOf(row.value)).toBe(value);
    }
  });
  it('knows today in the city', () => {
    // 17.00 UTC is 01.00 WITA of the next day.
    expect(dateToday(Date.parse('2026-06-18T17:00:00Z'))).toBe('2026-06-19');
  });
});
