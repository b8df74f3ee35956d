import type { Problem } from '../api/problem.ts';
import { isKey, t } from './i18n.svelte.ts';

/** A failed call in words for people: the server's own text by key, else by code. */
export function explain(problem: Problem): string {
  if (isKey(problem.key)) return t(problem.key, problem.params);
  if (problem.code === 'internal' && problem.status) return t('problem.internal', { status: problem.status });
  if (problem.code === 'internal') return t('problem.unreachable');
  return t(`problem.${problem.code}`);
}
