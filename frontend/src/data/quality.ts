import { api, deadline, take } from '../api/client.ts';
import type { QualityChange, QualityFinding, QualityScope } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

/** What was found of a source's values, those that go on first. */
export const findingsOf = (source: string) =>
  new Remote<QualityFinding[]>((signal) =>
    take(api.GET('/api/quality/findings', { params: { query: { source } }, signal: deadline(signal) })),
  );

/** The rules by which values are doubted. */
export const rules = new Remote<QualityScope[]>((signal) =>
  take(api.GET('/api/quality/rules', { signal: deadline(signal) })),
);

/** Says that a finding is no error, so that its values count again, or takes that back. */
export async function decideFinding(id: number, dismissed: boolean, reason: string): Promise<void> {
  const params = { path: { id } };
  await take(
    api.POST('/api/quality/findings/{id}/decision', {
      params,
      body: { dismissed, reason },
      signal: deadline(),
    }),
  );
}

/** Sets another version of a rule; the server answers with all of them. */
export async function changeRule(body: QualityChange): Promise<void> {
  rules.put(await take(api.PUT('/api/quality/rules', { body, signal: deadline() })));
}
