import { api, deadline, take } from '../api/client.ts';
import type { Freshness, SourceDetail, SourceHealth } from '../api/types.ts';
import { live } from './live.svelte.ts';
import { merge } from './merge.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';

const order: Freshness[] = ['terputus', 'basi', 'tertunda', 'belum', 'dijeda', 'langsung'];

const actions = {
  retry: '/api/sources/{slug}/retry',
  run: '/api/sources/{slug}/run',
  pause: '/api/sources/{slug}/pause',
  resume: '/api/sources/{slug}/resume',
} as const;

/** An unusual silence stands between what is late and what is well. */
const rank = (s: SourceHealth) =>
  s.silence && s.freshness === 'langsung' ? 2.5 : order.indexOf(s.freshness);

/** Worst first, then by name. */
export function byHealth(a: SourceHealth, b: SourceHealth): number {
  return rank(a) - rank(b) || a.name.localeCompare(b.name, 'id');
}

class SourceStore {
  readonly remote = new Remote<SourceHealth[]>((signal) =>
    take(api.GET('/api/sources', { signal: deadline(signal) })),
  );
  readonly sorted = $derived([...(this.remote.value ?? [])].sort(byHealth));
  /** Sources that do not keep their promise; a pause is somebody's decision and not among them. */
  readonly ailing = $derived(
    this.sorted.filter(
      (s) => s.freshness === 'terputus' || s.freshness === 'basi' || s.freshness === 'tertunda' || s.silence,
    ),
  );
  /** How many have not been read to their end yet: neither ailing nor fresh. */
  readonly unread = $derived((this.remote.value ?? []).filter((s) => s.freshness === 'belum').length);
  #bySlug = $derived(new Map((this.remote.value ?? []).map((s) => [s.slug, s])));
  readonly #details = new RemoteMap<SourceDetail>((slug, signal) =>
    take(api.GET('/api/sources/{slug}', { params: { path: { slug } }, signal: deadline(signal) })),
  );

  constructor() {
    live.follow('sources', {
      snapshot: (s) => this.remote.put(s.sources ?? []),
      changes: (changes) => this.remote.put(merge(this.remote.value ?? [], changes, (s) => s.slug)),
    });
  }

  get(slug: string | undefined): SourceHealth | undefined {
    return slug ? this.#bySlug.get(slug) : undefined;
  }
  /** A source's name for places that say "simulasi" beside it themselves. */
  name(slug: string | undefined): string {
    return slug ? (this.#bySlug.get(slug)?.name ?? slug).replace(/ \(simulasi\)$/, '') : '';
  }

  /** The last runs and refused rows of one source; undefined for a moment at first. */
  detail(slug: string): Remote<SourceDetail> | undefined {
    return this.#details.get(slug);
  }
  clear(): void {
    this.#details.clear();
  }

  /** Runs, pauses or resumes a source; the socket brings the new health. */
  async act(slug: string, action: keyof typeof actions): Promise<void> {
    await take(api.POST(actions[action], { params: { path: { slug } }, signal: deadline() }));
    await this.detail(slug)?.load();
  }
}

export const sources = new SourceStore();
