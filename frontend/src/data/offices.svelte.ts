import { outcomesApi } from '../api/outcomes.ts';
import type { CityIndex, LedgerLine, OfficePage } from '../api/types.ts';
import { clock } from '../ui/clock.svelte.ts';
import { dayNumber } from '../ui/format.ts';
import { Remote } from './remote.svelte.ts';

/** How the offices and the city as a whole stand; worked out anew when asked for. */
class OfficeStore {
  /** How many days the pages look back. */
  days = $state<30 | 90 | 365>(90);
  readonly pages = new Remote<OfficePage[]>((signal) => {
    const last = dayNumber(clock.read());
    return outcomesApi.offices({ from: cityDay(last - this.days + 1), until: cityDay(last) }, signal);
  });
  readonly index = new Remote<CityIndex>((signal) => outcomesApi.index(signal));
  readonly ledger = new Remote<LedgerLine[]>((signal) => outcomesApi.ledger(signal));

  look(days: 30 | 90 | 365): void {
    this.days = days;
    void this.pages.load();
  }
}

export const offices = new OfficeStore();

/** A day of the city as "2026-11-22". */
const cityDay = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

export type Order = 'name' | 'ratio' | 'open';

/** Pages by name, or as the reader asks; what has no ratio stands last. */
export function ordered(pages: OfficePage[], by: Order): OfficePage[] {
  const name = (a: OfficePage, b: OfficePage) => a.name.localeCompare(b.name, 'id');
  const order = {
    name,
    open: (a: OfficePage, b: OfficePage) => b.open - a.open || name(a, b),
    ratio: (a: OfficePage, b: OfficePage) => (b.ratio ?? -1) - (a.ratio ?? -1) || name(a, b),
  };
  return [...pages].sort(order[by]);
}

/** Whether an office had nothing to do with reports or dispositions in the period. */
export const idle = (page: OfficePage): boolean =>
  page.inherited + page.received + page.closed + page.open + page.cases + page.sent === 0;
