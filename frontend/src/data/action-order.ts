import type { DispositionDraft } from '../api/assistant.ts';
import { clientId } from '../api/client-id.ts';
import type { DispositionOrder, Nature } from '../api/types.ts';
import { dayNumber } from '../ui/format.ts';
import { workingDaysBetween } from './workdays.svelte.ts';

/* What a sheet is prefilled with. */

export const natures: readonly Nature[] = ['biasa', 'segera', 'sangat_segera', 'rahasia'];

export function emptyOrder(): DispositionOrder {
  return {
    client_id: clientId(),
    copies: [],
    nature: 'biasa',
    subject: '',
    instruction: '',
    due_days: 3,
    incidents: [],
    reports: [],
    attachments: [],
  };
}

/** The order of an assistant's draft, written or spoken. */
export function orderOfDraft(
  draft: DispositionDraft,
  now: number,
  off: ReadonlySet<string>,
): DispositionOrder {
  const days = draft.due_on
    ? workingDaysBetween(dayNumber(now), dayNumber(Date.parse(`${draft.due_on}T12:00:00Z`)), off)
    : 0;
  return {
    ...emptyOrder(),
    office: draft.office,
    subject: firstSentence(draft.instruction),
    instruction: draft.instruction,
    due_days: days > 0 ? days : 3,
    ...(draft.area && { area_code: draft.area }),
    incidents: draft.incidents ?? [],
    reports: draft.reports ?? [],
  };
}

/** The beginning of a text as a subject line: its first sentence, at most 90 characters. */
export function firstSentence(text: string): string {
  const sentence = (
    /^[^\n]*?[.!?](?=\s|$)/.exec(text.trim())?.[0] ??
    text.trim().split('\n')[0] ??
    ''
  ).replace(/[.!?]$/, '');
  if (sentence.length <= 90) return sentence;
  const cut = sentence.slice(0, 89);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 40))}…`;
}

export type OrderField = 'office' | 'subject' | 'instruction' | 'due';

/** The fields that keep an order from being sent. */
export function missingIn(order: DispositionOrder): OrderField[] {
  const missing: OrderField[] = [];
  if (!order.office && !order.role) missing.push('office');
  if (order.subject.trim().length < 5) missing.push('subject');
  if (order.instruction.trim().length < 5) missing.push('instruction');
  if (!order.due_days && !order.due_hours && !order.due_at) missing.push('due');
  return missing;
}
