import { describe, expect, it } from 'vitest';
import { begins, numbered } from '../../src/panels/jump/entries.ts';

describe('what one can jump to', () => {
  it('is found by the beginnings of its words, in any order and case', () => {
    expect(begins('Sumber Data', 'da')).toBe(true);
    expect(begins('Sumber Data', 'DATA sum')).toBe(true);
    expect(begins('Sumber Data', '')).toBe(true);
    expect(begins('Sumber Data', 'umber')).toBe(false);
    expect(begins('Sumber Data', 'sumber laporan')).toBe(false);
  });
  it('is a report or incident by its number', () => {
    expect(numbered('7321')).toEqual({ number: 7321, of: '' });
    expect(numbered(' Kejadian #12 ')).toEqual({ number: 12, of: 'kejadian' });
    expect(numbered('laporan 5')).toEqual({ number: 5, of: 'laporan' });
    for (const bad of ['', '0', '-3', '1.482', 'jalan 5', '9'.repeat(17)])
      expect(numbered(bad).number, bad).toBe(0);
  });
});
