import { afterEach, describe, expect, it } from 'vitest';
import type { Area, AtRiskList, Pattern } from '../../src/api/types.ts';
import { areas } from '../../src/data/areas.svelte.ts';
import {
  chanceKey,
  grouped,
  isWholeCity,
  lastMinute,
  noRiskKey,
  patternWays,
} from '../../src/data/findings.svelte.ts';

const pattern = (over: Partial<Pattern>): Pattern => ({
  key: 'k',
  kind: 'anomaly',
  severity: 'info',
  area_codes: [],
  since: '2026-06-10T16:00:00Z',
  until: '2026-06-11T16:00:00Z',
  seen: 9,
  expected: 2,
  headline: '',
  headline_en: '',
  evidence: '',
  evidence_en: '',
  reasons: [],
  reasons_en: [],
  method: '',
  alerted: false,
  ...over,
});

afterEach(() => areas.remote.clear());

describe('findings', () => {
  it('come under three headings, each kind once, empty headings left out', () => {
    const kinds = ['mass_closing', 'silent', 'quota', 'drift', 'campaign', 'hotspot', 'anomaly'] as const;
    const all = grouped(kinds.map((kind) => pattern({ kind })));
    expect(all.map((g) => [g.name, g.items.map((p) => p.kind)])).toEqual([
      ['surge', ['drift', 'hotspot', 'anomaly']],
      ['silent', ['silent']],
      ['integrity', ['mass_closing', 'quota', 'campaign']],
    ]);
    expect(grouped([pattern({ kind: 'silent' })]).map((g) => g.name)).toEqual(['silent']);
    expect(grouped([])).toEqual([]);
  });

  it('lead to their reports, and to a map only where it shows them', () => {
    areas.remote.put([{ code: '12.34', name: 'Contoh', level: 'kota', parent_code: '12' } as Area]);
    const place = { area_code: '12.34.01.1001', category: 'sampah' };
    expect(patternWays(pattern({ kind: 'hotspot', ...place }))).toEqual({
      reports: '/laporan?wilayah=12.34.01.1001&kategori=sampah',
      map: '/peta?lapisan=titik-panas&wilayah=12.34.01.1001',
    });
    expect(patternWays(pattern({ area_code: '12.34', category: 'sampah' }))).toEqual({
      reports: '/laporan?kategori=sampah',
      map: '/peta?lapisan=sampah',
    });
    expect(patternWays(pattern({ area_code: '12.34' }))).toEqual({ reports: '/laporan' });
    expect(patternWays(pattern({ kind: 'mass_closing', office: 'DLH' }))).toEqual({
      reports: '/laporan?opd=DLH&status=closed',
    });
    expect([isWholeCity(''), isWholeCity('12.34'), isWholeCity('12.34.01')]).toEqual([true, true, false]);
  });

  it('word a chance, and why nothing is listed', () => {
    expect([0.99, 0.9, 0.89, 0.7, 0.69, 0.51, 0.5].map(chanceKey)).toEqual([
      'patterns.risk.almost_sure',
      'patterns.risk.almost_sure',
      'patterns.risk.likely',
      'patterns.risk.likely',
      'patterns.risk.rather',
      'patterns.risk.rather',
      'patterns.risk.possible',
    ]);
    const list = (over: Partial<AtRiskList>): AtRiskList => ({
      at: '',
      within: '',
      items: [],
      tested: 80,
      brier: 0.1,
      base: 0.2,
      ...over,
    });
    expect(noRiskKey(list({}))).toBe('patterns.risk.none');
    expect(noRiskKey(list({ tested: 0, brier: 0, base: 0 }))).toBe('patterns.risk.untested');
    expect(noRiskKey(list({ brier: 0.2 }))).toBe('patterns.risk.unskilled');
  });

  it('end a span at midnight on the day before', () => {
    expect(new Date(lastMinute('2026-06-11T16:00:00Z')).toISOString()).toBe('2026-06-11T15:59:00.000Z');
  });
});
