import type { ActionRule } from '../../api/types.ts';

const shown = [
  'enabled',
  'action',
  'categories',
  'indicators',
  'min_severity',
  'min_voices',
  'min_age_hours',
  'office',
  'title',
  'reason',
  'risk',
  'due_days',
  'due_hours',
  'weight',
  'replaces',
  'contradicts',
  'source',
] as const satisfies readonly (keyof ActionRule)[];

/** What a version changed against the one before: "min_voices 3 → 5". Nothing for the first. */
export function ruleChanges(before: ActionRule | undefined, after: ActionRule): string[] {
  if (!before) return [];
  const text = (v: unknown) => (Array.isArray(v) ? v.join(', ') || '–' : String(v));
  return shown
    .filter((f) => text(before[f]) !== text(after[f]))
    .map((f) => `${f} ${text(before[f])} → ${text(after[f])}`);
}
