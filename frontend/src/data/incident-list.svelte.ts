import { api, deadline, take } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import type { Change, Incident, IncidentPage, IncidentStatus } from '../api/types.ts';
import { clock } from '../ui/clock.svelte.ts';
import { severityRank } from './alerts.svelte.ts';
import { within } from './areas.svelte.ts';
import { isRunning } from './incident.ts';
import { incidents } from './incidents.svelte.ts';
import type { Phase } from './remote.svelte.ts';

export type IncidentSort = 'growth' | 'newest' | 'voices';

/** What the list is narrowed to; these are the query of its address. */
export interface IncidentFilter {
  /** "" for those that run. */
  status: IncidentStatus | '';
  category: string;
  area: string;
  office: string;
  /** Only with two voices or more. */
  several: boolean;
  /** Only siaga and awas. */
  urgent: boolean;
  /** Only what came back within 90 days. */
  structural: boolean;
  sort: IncidentSort;
}

export const noIncidentFilter: IncidentFilter = {
  status: '',
  category: '',
  area: '',
  office: '',
  several: false,
  urgent: false,
  structural: false,
  sort: 'growth',
};

/** Whether an incident belongs in a list so narrowed. */
export function incidentMatches(incident: Incident, filter: IncidentFilter): boolean {
  if (filter.status ? incident.status !== filter.status : !isRunning(incident)) return false;
  if (filter.category && incident.category !== filter.category) return false;
  if (filter.office && incident.office !== filter.office) return false;
  if (filter.area && ![incident.area_code, ...incident.areas].some((c) => within(c, filter.area)))
    return false;
  if (filter.several && incident.voices < 2) return false;
  if (filter.urgent && severityRank(incident.urgency) < severityRank('siaga')) return false;
  return !filter.structural || (incident.recurrence ?? 0) > 0;
}

function queryOf(filter: IncidentFilter) {
  return {
    sort: filter.sort,
    ...(filter.status && { status: [filter.status] }),
    ...(filter.category && { category: filter.category }),
    ...(filter.area && { area: filter.area }),
    ...(filter.office && { office: filter.office }),
    ...(filter.several && { min_voices: 2 }),
    ...(filter.urgent && { min_urgency: 'siaga' as const }),
    ...(filter.structural && { structural: true }),
  };
}

const pageSize = 50;
/** How far grouping is is asked for again at most this often. */
const settle = 10_000;

/**
 * The list on Kejadian. What changes keeps its place; what is new waits in
 * `arrivals` until the reader takes it, so that the list never jumps.
 */
export class IncidentList {
  items = $state.raw<Incident[]>([]);
  arrivals = $state.raw<Incident[]>([]);
  grouping = $state.raw<IncidentPage['grouping'] | undefined>(undefined);
  total = $state(0);
  phase = $state<Phase>('waiting');
  problem = $state.raw<Problem | undefined>(undefined);
  failedSince = $state(0);
  busy = $state(false);
  #filter: IncidentFilter = noIncidentFilter;
  /** The highest number known when the list was loaded. */
  #horizon = 0;
  #running: AbortController | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;

  get more(): boolean {
    return this.phase === 'ready' && this.items.length < this.total;
  }

  /** Starts over with a filter. */
  async load(filter: IncidentFilter): Promise<void> {
    const same = JSON.stringify(filter) === JSON.stringify(this.#filter);
    this.#filter = filter;
    if (!same) this.phase = 'waiting';
    await this.#fetch(0);
  }

  /** Takes a page of the server: the first starts the list over, a later one goes on from it. */
  put(page: IncidentPage, offset = 0): void {
    if (offset === 0) {
      this.items = page.items;
      this.arrivals = [];
      this.#horizon = Math.max(0, ...[...page.items, ...(incidents.running.value ?? [])].map((i) => i.id));
    } else {
      const seen = new Set(this.items.map((i) => i.id));
      this.items = [...this.items, ...page.items.filter((i) => !seen.has(i.id))];
    }
    this.total = page.total;
    this.grouping = page.grouping;
    this.phase = 'ready';
    this.problem = undefined;
    this.failedSince = 0;
  }

  retry = (): Promise<void> => this.load(this.#filter);

  async loadMore(): Promise<void> {
    if (this.more && !this.busy) await this.#fetch(this.items.length);
  }

  /** Follows changes until the returned function is called. */
  follow(): () => void {
    const stop = incidents.onChanges((changes) => {
      this.take(changes);
      this.#refreshGrouping();
    });
    return () => {
      stop();
      clearTimeout(this.#settling);
      this.#settling = undefined;
    };
  }

  async #fetch(offset: number): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.busy = true;
    try {
      const query = { ...queryOf(this.#filter), limit: pageSize, ...(offset > 0 && { offset }) };
      const page = await take(
        api.GET('/api/incidents', { params: { query }, signal: deadline(running.signal) }),
      );
      if (!running.signal.aborted) this.put(page, offset);
    } catch (cause) {
      if (running.signal.aborted) return;
      this.problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      this.failedSince ||= clock.read();
      if (this.phase === 'waiting') this.phase = 'failed';
    } finally {
      if (this.#running === running) this.busy = false;
    }
  }

  /** Applies changes: what is held keeps its place, what is new waits. */
  take(changes: Change[]): void {
    const byId = new Map(changes.map((c) => [Number(c.key), c]));
    // One that was merged away, closed or dismissed leaves; so does the wait for it.
    const fits = (i: Incident) => !byId.has(i.id) || incidentMatches(i, this.#filter);
    const before = this.more;
    this.items = replaced(this.items, byId).filter(fits);
    const waiting = replaced(this.arrivals, byId);
    const known = new Set([...this.items, ...waiting].map((i) => i.id));
    for (const [id, change] of byId) {
      // An older one that changed may stand on a page that is not loaded: no news.
      const news = !before || id > this.#horizon;
      if (change.op === 'put' && news && !known.has(id)) waiting.push(change.data as Incident);
    }
    this.arrivals = waiting.filter(fits);
  }

  #refreshGrouping(): void {
    if (this.#settling) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      const query = { ...queryOf(this.#filter), limit: 1 };
      void take(api.GET('/api/incidents', { params: { query }, signal: deadline() })).then(
        (answer) => {
          this.grouping = answer.grouping;
          this.total = Math.max(answer.total, this.items.length);
        },
        () => undefined,
      );
    }, settle);
  }
}

/** The list with changed incidents in their old places and removed ones left out. */
function replaced(list: readonly Incident[], changes: ReadonlyMap<number, Change>): Incident[] {
  return list.flatMap((i) => {
    const change = changes.get(i.id);
    if (!change) return [i];
    return change.op === 'put' ? [change.data as Incident] : [];
  });
}
