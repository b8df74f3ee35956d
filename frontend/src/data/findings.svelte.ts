import { address } from '../address.ts';
import { api, deadline, take } from '../api/client.ts';
import type { AtRiskList, Pattern, PatternKind, PatternList } from '../api/types.ts';
import type { Key } from '../ui/i18n.svelte.ts';
import { areas } from './areas.svelte.ts';
import { Remote } from './remote.svelte.ts';

/* What the analysis found unusual in counts and habits, and which reports will likely be late. */

const every = 60_000;

/** Working days ahead that deadlines are looked at; texts name the same number. */
export const riskDays = 2;

class FindingStore {
  readonly patterns = new Remote<PatternList>((signal) =>
    take(api.GET('/api/patterns', { signal: deadline(signal) })),
  );
  readonly risks = new Remote<AtRiskList>((signal) =>
    take(
      api.GET('/api/deadlines/at-risk', {
        params: { query: { days: riskDays } },
        signal: deadline(signal),
      }),
    ),
  );

  /** Fetches both now and again every minute until the returned function is called. */
  watch(): () => void {
    const load = () => {
      void this.patterns.load();
      void this.risks.load();
    };
    load();
    const timer = setInterval(() => document.hidden || load(), every);
    return () => {
      clearInterval(timer);
      this.patterns.clear();
      this.risks.clear();
    };
  }
}

export const findings = new FindingStore();

export type GroupName = 'surge' | 'silent' | 'integrity';
const groupOf: Record<PatternKind, GroupName> = {
  hotspot: 'surge',
  anomaly: 'surge',
  drift: 'surge',
  silent: 'silent',
  campaign: 'integrity',
  quota: 'integrity',
  mass_closing: 'integrity',
};

/** The patterns under the headings of the screen; headings without any are left out. */
export function grouped(patterns: readonly Pattern[]): { name: GroupName; items: Pattern[] }[] {
  const names: GroupName[] = ['surge', 'silent', 'integrity'];
  return names
    .map((name) => ({ name, items: patterns.filter((p) => groupOf[p.kind] === name) }))
    .filter((g) => g.items.length > 0);
}

export interface PatternWays {
  reports: string;
  /** Where on the map it shows; absent where a map would show nothing of it. */
  map?: string;
}

/** Where a pattern can be judged: its reports, and the map layer that shows it. */
export function patternWays(p: Pattern): PatternWays {
  const wilayah = isWholeCity(p.area_code) ? '' : (p.area_code ?? '');
  const kategori = p.category ?? '';
  const status = p.kind === 'mass_closing' ? 'closed' : '';
  const ways: PatternWays = {
    reports: address('/laporan', { wilayah, kategori, opd: p.office ?? '', status }),
  };
  if (p.kind === 'hotspot') ways.map = address('/peta', { lapisan: 'titik-panas', wilayah });
  else if (groupOf[p.kind] !== 'integrity' && (wilayah || kategori))
    ways.map = address('/peta', { lapisan: kategori, wilayah });
  return ways;
}

/** True for no area and for the city's own code. */
export function isWholeCity(code: string | undefined): boolean {
  return !code || areas.get(code)?.level === 'kota';
}

/** A chance of being late in words. Its figure is in the sentence that says why. */
export function chanceKey(probability: number): Key {
  if (probability >= 0.9) return 'patterns.risk.almost_sure';
  if (probability >= 0.7) return 'patterns.risk.likely';
  return probability > 0.5 ? 'patterns.risk.rather' : 'patterns.risk.possible';
}

/** Why no report is listed: none is at risk, or nobody can tell yet. */
export function noRiskKey(list: AtRiskList): Key {
  if (list.tested === 0) return 'patterns.risk.untested';
  return list.brier < list.base ? 'patterns.risk.none' : 'patterns.risk.unskilled';
}

/** The last minute before a deadline or a span's end: one at midnight is the end of the day before. */
export const lastMinute = (end: string): number => Date.parse(end) - 60_000;
