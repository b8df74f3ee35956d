import { api, deadline, take } from '../api/client.ts';
import type { Change, Incident, IncidentDetail, IncidentEdit } from '../api/types.ts';
import { byPressure } from './incident.ts';
import { live } from './live.svelte.ts';
import { merge } from './merge.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';
import { clock } from '../ui/clock.svelte.ts';

type ChangeListener = (changes: Change[]) => void;

const one = (id: number) => ({ path: { id } });

/** The running incidents, incidents in full, and what officers say about them. */
class IncidentStore {
  /** Those neither closed nor dismissed, at most 300 by the socket and 200 by the plain way. */
  readonly running = new Remote<Incident[]>(async (signal) => {
    const query = { limit: 200 };
    return (await take(api.GET('/api/incidents', { params: { query }, signal: deadline(signal) }))).items;
  });
  readonly #details = new RemoteMap<IncidentDetail>((key, signal) =>
    take(api.GET('/api/incidents/{id}', { params: one(Number(key)), signal: deadline(signal) })),
  );
  #byId = $derived(new Map((this.running.value ?? []).map((i) => [i.id, i])));
  #listeners = new Set<ChangeListener>();

  constructor() {
    live.follow('incidents', {
      snapshot: (s) => {
        this.running.put(s.incidents ?? []);
        for (const [, detail] of this.#details.entries()) void detail.load();
      },
      changes: (changes) => this.#take(changes),
    });
  }

  /** Hears of every change; returns how to stop. */
  onChanges(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One incident in full; undefined for a moment at first. */
  detail(id: number): Remote<IncidentDetail> | undefined {
    return this.#details.get(String(id));
  }
  /** A running incident as lists carry it. */
  get(id: number | undefined): Incident | undefined {
    return id ? this.#byId.get(id) : undefined;
  }
  /** How many reports a running incident has, 0 when it is not known. */
  voices(id: number | undefined): number {
    return this.get(id)?.voices ?? 0;
  }
  clear(): void {
    this.#details.clear();
  }

  /** Names, watches, dismisses or closes an incident. */
  async edit(id: number, body: IncidentEdit): Promise<void> {
    this.#keep(
      id,
      await take(api.POST('/api/incidents/{id}', { params: one(id), body, signal: deadline() })),
    );
  }

  /** Says that incidents are one matter; the answer is the one that stays. */
  async merge(id: number, others: readonly number[], reason = ''): Promise<IncidentDetail> {
    const body = { with: [...others], ...(reason && { reason }) };
    const stays = await take(
      api.POST('/api/incidents/{id}/merge', { params: one(id), body, signal: deadline() }),
    );
    this.#keep(id, stays);
    return stays;
  }

  /** Says that some reports are another matter; the answer is the incident they make. */
  async split(id: number, reports: readonly number[], reason = ''): Promise<IncidentDetail> {
    const body = { reports: [...reports], ...(reason && { reason }) };
    const made = await take(
      api.POST('/api/incidents/{id}/split', { params: one(id), body, signal: deadline() }),
    );
    this.#keep(made.id, made);
    await this.detail(id)?.load();
    return made;
  }

  /** The numbers of the reports of incidents, for taking a merge back. */
  async reportsOf(ids: readonly number[]): Promise<number[][]> {
    const held = ids.map((id) =>
      take(api.GET('/api/incidents/{id}', { params: one(id), signal: deadline() })),
    );
    return (await Promise.all(held)).map((d) => d.members.map((m) => m.id));
  }

  #keep(id: number, detail: IncidentDetail): void {
    for (const [key, remote] of this.#details.entries()) {
      if (key === String(id) || key === String(detail.id)) remote.put(detail);
    }
  }

  #take(changes: Change[]): void {
    const changed = new Set(changes.map((c) => c.key));
    for (const [key, detail] of this.#details.entries()) if (changed.has(key)) void detail.load();
    const merged = merge(this.running.value ?? [], changes, (i) => String(i.id));
    const running = merged.filter((i) => i.status !== 'closed' && i.status !== 'dismissed');
    this.running.put(running.sort(byPressure(clock.read())));
    for (const listener of this.#listeners) listener(changes);
  }
}

export const incidents = new IncidentStore();
