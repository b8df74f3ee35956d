import { describe, expect, it } from 'vitest';
import type { Indicator } from '../../src/api/types.ts';
import { aggregationFor, bodyOf, declarationOf } from '../../src/panels/sumber/declaring.ts';

describe('the declaration of an indicator in a form', () => {
  const filled = () => ({
    ...declarationOf(),
    slug: 'rtlh',
    name: ' RTLH ',
    unit: 'rumah',
    definition: 'Rumah.',
  });
  it('reads numbers as they are written here, and leaves out what is empty', () => {
    const body = bodyOf({ ...filled(), min: '0', max: '1.250,5', decimals: '1' });
    expect(body).toMatchObject({
      slug: 'rtlh',
      name: 'RTLH',
      min: 0,
      max: 1250.5,
      decimals: 1,
      thresholds: [],
    });
    expect(body).not.toHaveProperty('name_en');
    expect(body).not.toHaveProperty('target');
    expect(bodyOf(filled())).not.toHaveProperty('min');
  });
  it('adds up what is counted and averages what is measured, never the newest of several areas', () => {
    expect(aggregationFor('village', 'jiwa')).toBe('sum');
    expect(aggregationFor('district', 'Rumah ')).toBe('sum');
    expect(aggregationFor('village', 'mm')).toBe('mean');
    expect(aggregationFor('village', 'Rp/kg')).toBe('mean');
    expect(aggregationFor('village', '')).toBe('mean');
    expect(aggregationFor('city', 'm')).toBe('last');
  });
  it('says which number is none', () => {
    expect(bodyOf({ ...filled(), max: 'banyak' })).toBe('indicator.form.bad_bound');
    const row = { level: 'siaga' as const, above: true, value: '', source: 'SK', effective_on: '2026-01-01' };
    expect(bodyOf({ ...filled(), thresholds: [row] })).toBe('error.threshold_value');
    expect(bodyOf({ ...filled(), target: { value: '', by: '2029-12-31', source: '' } })).toBe(
      'error.target_value',
    );
  });
  it('writes what was declared, and reads back the same', () => {
    const was: Indicator = {
      slug: 'pm25',
      name: 'PM2,5',
      name_en: 'PM2.5',
      unit: 'µg/m³',
      direction: 'down',
      grain: 'city',
      aggregation: 'mean',
      fresh_for_seconds: 7200,
      min: 0,
      max: 999.5,
      decimals: 1,
      rank: 3,
      visible_to: [],
      definition: 'Kadar.',
      origin: 'pack',
      thresholds: [{ level: 'awas', above: true, value: 55.4, source: 'Permen', effective_on: '2020-01-01' }],
      target: { value: 15, by: '2030-12-31', source: 'RPJMD' },
    };
    const { origin: _, rank: __, visible_to: ___, ...same } = was;
    expect(bodyOf(declarationOf(was))).toEqual({ ...same, tile: true });
  });
});
