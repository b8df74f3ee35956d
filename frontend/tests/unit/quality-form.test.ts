import { describe, expect, it } from 'vitest';
import type { QualityRule } from '../../src/api/types.ts';
import { changeFrom, fieldsFrom, paramsFrom } from '../../src/panels/pengaturan/quality-form.ts';

const rule: QualityRule = {
  id: 1,
  kind: 'penanda_kosong',
  unit: 'Rp/*',
  params: { markers: [-99.9, 999999], beyond: 20, zero: true },
  effect: 'keluarkan',
  source: 'bawaan',
  effective_on: '2020-01-01',
  changed_at: '2020-01-01T00:00:00Z',
  changed_by: 'Balaikota',
};
const rest = {
  effect: 'tandai' as const,
  source: 'SK 12/2026',
  effective_on: '2026-06-19',
  reason: 'alat baru dipasang',
};

describe('a rule of quality in a form', () => {
  it('reads back what it wrote', () => {
    for (const [kind, params] of [
      ['penanda_kosong', rule.params],
      ['mustahil', { min: -1.5, max: 500 }],
      ['macet', { values: 6, hours: 3, factor: 2, learn: 24, zero: false }],
      ['bertentangan', { tolerance: 0.05, hours: 48 }],
      ['hari_ganda', { tolerance: 0.000001 }],
      ['tingkat_ganda', { words: ['total', 'jumlah'], tolerance: 0.02, values: 3 }],
      ['lompat', { factor: 5, hours: 6, learn: 48 }],
      ['usang', { factor: 6 }],
      ['di_bawah_nol', {}],
    ] as const)
      expect(
        paramsFrom(kind, fieldsFrom(params as QualityRule['params']), params as QualityRule['params']),
        kind,
      ).toEqual(params);
  });
  it('leaves out a bound that nobody wrote, and refuses what is no number', () => {
    const fields = { ...fieldsFrom({}), max: '500' };
    expect(paramsFrom('mustahil', fields, {})).toEqual({ max: 500 });
    expect(paramsFrom('mustahil', { ...fields, max: 'lima' }, {})).toBeUndefined();
    expect(paramsFrom('penanda_kosong', { ...fields, markers: '1; x' }, {})).toBeUndefined();
    expect(paramsFrom('macet', { ...fields, factor: '-1' }, {})).toBeUndefined();
  });
  it('keeps the scope, or makes a rule for one indicator; nothing without a reason', () => {
    const fields = fieldsFrom(rule.params);
    expect(changeFrom(rule, '', fields, rest)).toMatchObject({ unit: 'Rp/*', effect: 'tandai' });
    const own = changeFrom(rule, 'harga-beras', fields, rest);
    expect(own).toMatchObject({ indicator: 'harga-beras' });
    expect(own).not.toHaveProperty('unit');
    expect(changeFrom(rule, '', fields, { ...rest, reason: 'pendek' })).toBeUndefined();
  });
});
