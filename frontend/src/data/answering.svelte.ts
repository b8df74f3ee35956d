import { api, deadline, take } from '../api/client.ts';
import type { Answering, Gap } from '../api/types.ts';
import { RemoteMap } from './remote.svelte.ts';
import { reports } from './reports.svelte.ts';

/** What goes to the reporter of a report: drafts, what was written, short questions. */
class AnsweringStore {
  readonly #of = new RemoteMap<Answering>((key, signal) => {
    const params = { path: { id: Number(key) } };
    return take(api.GET('/api/reports/{id}/answering', { params, signal: deadline(signal) }));
  });

  of(report: number) {
    return this.#of.get(String(report));
  }

  /** Throws a Problem. The same client_id sends once, however often it is tried. */
  async reply(
    report: number,
    body: { client_id: string; template_id?: number; text: string; in_person?: boolean },
  ): Promise<void> {
    const params = { path: { id: report } };
    this.#put(
      report,
      await take(api.POST('/api/reports/{id}/replies', { params, body, signal: deadline() })),
    );
  }

  /** Throws a Problem. Asks the reporter for what is missing, once. */
  async ask(report: number, clientId: string, asks: Gap[]): Promise<void> {
    const params = { path: { id: report } };
    const body = { client_id: clientId, asks };
    this.#put(
      report,
      await take(api.POST('/api/reports/{id}/questions', { params, body, signal: deadline() })),
    );
  }

  #put(report: number, value: Answering): void {
    this.of(report)?.put(value);
    void reports.detail(report)?.load(); // when it was answered is part of the report's story
  }
}

export const answering = new AnsweringStore();
