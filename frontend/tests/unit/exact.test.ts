import { describe, expect, it } from 'vitest';
import { exact } from '../../src/panels/sumber/quality.ts';

describe('a value of a source', () => {
  it('writes a value as it came in no more than six digits, integers whole', () => {
    expect(exact(7.319999999999999)).toBe('7,32');
    expect(exact(0.30000000000000004)).toBe('0,3');
    expect(exact(0.000123456789)).toBe('0,000123457');
    expect(exact(12345.678)).toBe('12.345,7');
    expect(exact(-9999)).toBe('-9.999');
    expect(exact(15200000)).toBe('15.200.000');
    expect(exact(0)).toBe('0');
    expect(exact(999999.96)).toBe('1.000.000');
  });
});
