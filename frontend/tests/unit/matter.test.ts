import { describe, expect, it } from 'vitest';
import type { Alert, Recommendation } from '../../src/api/types.ts';
import { dailyCounts, subjectOfAdvice, subjectOfAlert } from '../../src/data/matter.ts';

const advice = (more: Partial<Recommendation>) =>
  subjectOfAdvice({ area_codes: [], trigger: 'incident', ...more } as Recommendation);
const alert = (kind: Alert['kind'], key: string, area_codes: string[] = []) =>
  subjectOfAlert({ kind, key, area_codes } as unknown as Alert, (slug) => slug === 'sampah');

describe('what a matter is about in figures', () => {
  it('is the indicator, the incident or the reports that advice is made of', () => {
    expect(advice({ trigger: 'indicator', indicator: 'pm25', area_code: '64.72' })).toEqual({
      of: 'indicator',
      slug: 'pm25',
      area: '64.72',
    });
    expect(advice({ incident_id: 7, category: 'sampah' })).toEqual({
      of: 'incident',
      id: 7,
      category: 'sampah',
    });
    expect(advice({ trigger: 'flood', area_codes: ['64.72.08.1002'] })).toEqual({
      of: 'flood',
      areas: ['64.72.08.1002'],
    });
    expect(advice({ trigger: 'hotspot', category: 'sampah', area_code: '64.72.01' })).toEqual({
      of: 'reports',
      category: 'sampah',
      areas: ['64.72.01'],
    });
    // An office's deadlines have no series of their own.
    expect(advice({ trigger: 'overdue' })).toBeUndefined();
  });

  it('is what the key of an alert names', () => {
    expect(alert('threshold', 'threshold:pm25:64.72.01', ['64.72.01'])).toMatchObject({ slug: 'pm25' });
    expect(alert('incident', 'incident:12')).toMatchObject({ of: 'incident', id: 12 });
    expect(alert('surge', 'surge:sampah:64.72', ['64.72'])).toMatchObject({ category: 'sampah' });
    expect(alert('silent', 'silent:64.72.01.1001', ['64.72.01.1001'])).toEqual({
      of: 'reports',
      category: '',
      areas: ['64.72.01.1001'],
    });
    expect(alert('surge', 'surge:tidak-ada:64.72')).toBeUndefined();
    expect(alert('source', 'source:bmkg')).toBeUndefined();
  });
});

describe('reports by day', () => {
  // 00.30 WITA on 18 June is still 17 June in UTC.
  const now = Date.parse('2026-06-18T04:00:00Z');
  const row = (area: string, created: string) => ({ area, created: Date.parse(created) });

  it('counts calendar days of the city, today last, within the areas and what lies in them', () => {
    const rows = [
      row('64.72.01.1001', '2026-06-17T16:30:00Z'),
      row('64.72.01.1002', '2026-06-17T15:30:00Z'),
      row('64.72.02.1001', '2026-06-18T01:00:00Z'),
      row('64.72.01.1001', '2026-06-01T01:00:00Z'),
    ];
    const found = dailyCounts(rows, ['64.72.01'], now, 3);
    expect(found.map((p) => p.value)).toEqual([0, 1, 1]);
    expect(found.at(-1)?.time).toBe('2026-06-18T00:00:00.000Z');
    expect(dailyCounts(rows, [], now, 3).map((p) => p.value)).toEqual([0, 1, 2]);
    // A code that only begins alike is another area.
    expect(dailyCounts(rows, ['64.72.0'], now, 3).map((p) => p.value)).toEqual([0, 0, 0]);
  });
});
