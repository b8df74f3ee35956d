import type { Disposition, DispositionStatus, Recommendation } from '../api/types.ts';
import { within } from './areas.svelte.ts';

/* The board: where what was advised and ordered stands, what is late first. */

export type ColumnName = 'proposed' | 'sent' | 'running' | 'waiting' | 'proof' | 'over';
export const columnNames: readonly ColumnName[] = ['proposed', 'sent', 'running', 'waiting', 'proof', 'over'];

const columnOf: Record<DispositionStatus, ColumnName> = {
  sent: 'sent',
  accepted: 'running',
  working: 'running',
  passed_on: 'running',
  asked: 'waiting',
  hindered: 'waiting',
  declined: 'waiting',
  proof_in: 'proof',
  done: 'over',
  canceled: 'over',
};

/** A card of the board: advice or an instruction. */
export type ActionItem =
  | { kind: 'advice'; key: string; href: string; column: ColumnName; advice: Recommendation }
  | { kind: 'order'; key: string; href: string; column: ColumnName; order: Disposition };

export interface ActionFilter {
  office: string;
  area: string;
  late: boolean;
}

/** Hours past the deadline; 0 while it is not late or nothing more is expected. */
export function lateHours(d: Disposition): number {
  return d.status === 'done' || d.status === 'canceled' ? 0 : (d.late_hours ?? 0);
}

function isShown(item: ActionItem, f: ActionFilter): boolean {
  const place = item.kind === 'advice' ? item.advice.area_code : item.order.area_code || item.order.to_area;
  const office = item.kind === 'advice' ? item.advice.office : item.order.office;
  if (f.office && office !== f.office) return false;
  if (f.area && !within(place, f.area)) return false;
  return !f.late || (item.kind === 'order' && lateHours(item.order) > 0);
}

/** When something should be done by, or happened: what a column is ordered by. */
function orderOf(a: ActionItem, b: ActionItem): number {
  if (a.kind === 'advice' && b.kind === 'advice') {
    return (
      (a.advice.rank || 999) - (b.advice.rank || 999) ||
      b.advice.score - a.advice.score ||
      Date.parse(b.advice.changed_at) - Date.parse(a.advice.changed_at)
    );
  }
  if (a.kind !== 'order' || b.kind !== 'order') return a.kind === 'order' ? -1 : 1;
  if (a.column === 'over') return Date.parse(b.order.last_at) - Date.parse(a.order.last_at);
  return lateHours(b.order) - lateHours(a.order) || Date.parse(a.order.due_at) - Date.parse(b.order.due_at);
}

/** Cards in the order of the board. Advice that became an instruction shows as that only. */
export function itemsOf(
  advice: readonly Recommendation[],
  orders: readonly Disposition[],
  filter: ActionFilter,
): ActionItem[] {
  const items: ActionItem[] = [
    ...advice
      .filter((r) => r.status !== 'approved')
      .map((r): ActionItem => {
        const column = r.status === 'proposed' || r.status === 'postponed' ? 'proposed' : 'over';
        return { kind: 'advice', key: `r${r.id}`, href: `/tindakan/usulan/${r.id}`, column, advice: r };
      }),
    ...orders.map((d): ActionItem => ({
      kind: 'order',
      key: `d${d.id}`,
      href: `/tindakan/${d.id}`,
      column: columnOf[d.status],
      order: d,
    })),
  ];
  return items
    .filter((i) => isShown(i, filter))
    .sort((a, b) => columnNames.indexOf(a.column) - columnNames.indexOf(b.column) || orderOf(a, b));
}
