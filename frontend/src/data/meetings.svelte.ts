import { clientId } from '../api/client-id.ts';
import { outcomesApi } from '../api/outcomes.ts';
import type { Meeting, PointKind, PointStatus } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

/** What of a meeting changes while it is held; it does not come by the socket. */
const every = 30_000;

/** The review of one week. */
class MeetingStore {
  week = $state('');
  readonly remote = new Remote<Meeting>((signal) => outcomesApi.meeting(this.week, signal));
  /** Stays until a point was written, so that a second try writes it once. */
  #point = clientId();

  /** Shows a week and keeps it fresh until the returned function is called. */
  follow(week: string): () => void {
    if (week !== this.week) {
      this.week = week;
      this.remote.clear();
    }
    void this.remote.load();
    const timer = setInterval(() => document.hidden || void this.remote.load(), every);
    return () => clearInterval(timer);
  }

  async add(kind: PointKind, text: string, owner: string): Promise<void> {
    await outcomesApi.addPoint(this.week, { client_id: this.#point, kind, text, ...(owner && { owner }) });
    this.#point = clientId();
    await this.remote.load();
  }

  async settle(id: number, status: PointStatus, reason: string): Promise<void> {
    await outcomesApi.changePoint(id, status, reason);
    await this.remote.load();
  }

  async close(present: string[]): Promise<void> {
    this.remote.put(await outcomesApi.close(this.week, present));
  }
}

export const meetings = new MeetingStore();

/** Mayor and secretary write a meeting's points and close it. */
export const holdsMeetings = (role: string | undefined) => role === 'wali_kota' || role === 'sekda';
