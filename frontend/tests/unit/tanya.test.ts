import { describe, expect, it } from 'vitest';
import type { Chip, Figure } from '../../src/api/assistant.ts';
import { subjectOf } from '../../src/data/asking.svelte.ts';
import { changed, pickerOf, rangeName } from '../../src/data/chips.ts';
import { indonesian, pieces } from '../../src/data/figures.ts';
import { withStep } from '../../src/data/question-stream.ts';

const fig = (id: string, value: number, decimals = 0): Figure => ({
  id,
  label: id,
  value,
  unit: 'laporan',
  decimals,
});

describe('numbers in an answer', () => {
  it('are found as the answer writes them, and nothing else is touched', () => {
    const text = 'Ada 1.482 laporan, naik 12,5 % dari 1.317; 482 di antaranya lewat.';
    const found = pieces(text, [fig('E1', 1482), fig('E2', -12.5, 1), fig('E3', 1317)]);
    expect(found.map((p) => p.text).join('')).toBe(text);
    expect(found.filter((p) => p.figure).map((p) => [p.text, p.figure?.id])).toEqual([
      ['1.482', 'E1'],
      ['12,5', 'E2'],
      ['1.317', 'E3'],
    ]);
  });

  it('that two figures share go to them in their order', () => {
    const found = pieces('12 di Bugis, 12 di Jawa, lalu 12.', [fig('E1', 12), fig('E2', 12)]);
    expect(found.filter((p) => p.figure).map((p) => p.figure?.id)).toEqual(['E1', 'E2', 'E2']);
  });

  it('takes no part of a date for a figure', () => {
    const all = [1, 8, 10, 22, 2026].map((n) => fig(`E${n}`, n));
    const text =
      'Pada 1–22 November 2026 10.12 ada 8 laporan, terbanyak 10 (1 November 2026), sejak 8 November 10.00.';
    expect(pieces(text, all).flatMap((p) => (p.figure ? [p.figure.id] : []))).toEqual(['E8', 'E10']);
  });

  it('keep a text without figures whole', () => {
    expect(pieces('Tidak ada data 2019.', [])).toEqual([{ text: 'Tidak ada data 2019.' }]);
    expect(indonesian(0.945, 2)).toBe('0,95');
  });
});

describe('a changed chip', () => {
  const call = {
    tool: 'ukur',
    input: {
      measure: 'laporan_masuk',
      area: '64.72.01',
      period: '7_hari_terakhir',
      assumed: ['period', 'by'],
    },
  };
  const chip = (kind: string): Chip => ({ kind, value: '', text: '' });

  it('changes one field, which is then no longer assumed', () => {
    expect(changed(call, chip('period'), 'bulan_lalu')).toEqual({
      tool: 'ukur',
      input: { measure: 'laporan_masuk', area: '64.72.01', period: 'bulan_lalu', assumed: ['by'] },
    });
    expect(call.input.period).toBe('7_hari_terakhir');
  });

  it('takes a field out when it is emptied, and the list of assumptions with its last entry', () => {
    expect(changed({ tool: 'ukur', input: { area: 'x', assumed: ['area'] } }, chip('area'), '')).toEqual({
      tool: 'ukur',
      input: {},
    });
  });

  it('sends numbers and yes or no as such', () => {
    expect(changed({ tool: 'peringkat', input: {} }, chip('top'), '5').input).toEqual({ top: 5 });
    expect(changed({ tool: 'peringkat', input: {} }, chip('change'), 'true').input).toEqual({ change: true });
    expect(pickerOf('incident')).toBeUndefined();
  });

  it('names a stretch of days as the server reads it', () => {
    expect(rangeName('2026-01-05', '2026-01-20')).toBe('2026-01-05..2026-01-20');
    expect(rangeName('2026-01-05', '2026-01-05')).toBe('2026-01-05');
    expect(rangeName('2026-01-20', '2026-01-05')).toBe('');
  });
});

describe('what a screen is about', () => {
  it('follows its address', () => {
    expect(subjectOf(['kejadian', '301'], {})?.screen).toEqual({ incident: 301 });
    expect(subjectOf(['kejadian'], {})).toBeUndefined();
    expect(subjectOf(['peta'], { wilayah: '64.72.08' })?.screen).toEqual({ area: '64.72.08' });
    expect(subjectOf([], { indikator: 'pm25' })?.screen).toEqual({ indicator: 'pm25' });
    expect(subjectOf(['laporan'], { kategori: 'sampah', wilayah: '64.72.01' })?.screen).toEqual({
      category: 'sampah',
      area: '64.72.01',
    });
    expect(subjectOf(['sumber', 'bmkg'], {})).toBeUndefined();
  });
});

describe('steps that come again after a cut', () => {
  it('stand once each, in order', () => {
    const step = (seq: number) => ({ seq, at: '', kind: 'mengambil' as const, text: String(seq) });
    const once = withStep(withStep(withStep([], step(2)), step(1)), step(2));
    expect(once.map((s) => s.seq)).toEqual([1, 2]);
  });
});
