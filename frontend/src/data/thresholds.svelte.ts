import { api, deadline, take } from '../api/client.ts';
import type { Target, Threshold, ThresholdSet } from '../api/types.ts';
import { indicators } from './indicators.svelte.ts';
import { RemoteMap } from './remote.svelte.ts';

/** Thresholds of indicators: every set that one has had, newest first, and the way to change it. */
class ThresholdStore {
  readonly #sets = new RemoteMap<ThresholdSet[]>((slug, signal) =>
    take(
      api.GET('/api/indicators/{slug}/thresholds', { params: { path: { slug } }, signal: deadline(signal) }),
    ),
  );

  sets(slug: string) {
    return this.#sets.get(slug);
  }

  /** Throws a Problem; a conflict says that somebody changed them since. */
  async save(
    slug: string,
    version: number,
    thresholds: Threshold[],
    target: Target | undefined,
    reason: string,
  ): Promise<void> {
    const body = { version, thresholds, reason, ...(target && { target }) };
    try {
      await take(
        api.PUT('/api/indicators/{slug}/thresholds', {
          params: { path: { slug } },
          body,
          signal: deadline(),
        }),
      );
    } finally {
      await Promise.all([this.#sets.get(slug)?.load(), indicators.declared.load()]);
    }
  }
}

export const thresholds = new ThresholdStore();
