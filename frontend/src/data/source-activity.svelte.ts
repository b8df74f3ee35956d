import { api, deadline, take } from '../api/client.ts';
import type { SourceActivity, SourceCard } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';
import { sources } from './sources.svelte.ts';

/** What each source brought by day and what is usual; asked for by who shows it. */
export const activity = new Remote<SourceActivity[]>((signal) =>
  take(api.GET('/api/sources/activity', { signal: deadline(signal) })),
);

/** Sends a source back to a moment, or to its start; the socket tells how far it is. */
export async function rereadSource(slug: string, from?: number): Promise<void> {
  const body = from === undefined ? {} : { from: new Date(from).toISOString() };
  await take(
    api.POST('/api/sources/{slug}/reread', { params: { path: { slug } }, body, signal: deadline() }),
  );
  await sources.detail(slug)?.load();
}

/** Writes down what people say of a source; the socket brings it too. */
export async function describeSource(slug: string, body: SourceCard): Promise<void> {
  const params = { path: { slug } };
  await take(api.PUT('/api/sources/{slug}/card', { params, body, signal: deadline() }));
  await sources.detail(slug)?.load();
}
