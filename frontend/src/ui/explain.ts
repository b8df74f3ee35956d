import type { SourceHealth } from '../api/types.ts';
import type { Problem } from '../api/problem.ts';
import { isKey, t } from './i18n.svelte.ts';

/** A failed call in words for people: the server's own text by key, else by code. */
export function explain(problem: Problem): string {
  if (isKey(problem.key)) return t(problem.key, problem.params);
  if (problem.code === 'internal' && problem.status) return t('problem.internal', { status: problem.status });
  if (problem.code === 'internal') return t('problem.unreachable');
  return t(`problem.${problem.code}`);
}

/** Why a source failed, in words for people: by key, else as the server put it. */
export function whyItFailed(source: SourceHealth): string {
  if (isKey(source.last_error_key)) return t(source.last_error_key, source.last_error_params);
  return source.last_error ?? '';
}
