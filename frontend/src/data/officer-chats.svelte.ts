import { api, deadline, take } from '../api/client.ts';
import type { OfficerCode, OfficerContacts } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

/** The chats that are bound to the officer's account, and those of the city. */
class OfficerChats {
  readonly remote = new Remote<OfficerContacts>((signal) =>
    take(api.GET('/api/notices/chats', { signal: deadline(signal) })),
  );

  /** A fresh code for a chat of the city; it is shown once. Throws a Problem. */
  code(source: string): Promise<OfficerCode> {
    return take(api.POST('/api/notices/chats/code', { body: { source }, signal: deadline() }));
  }

  async remove(id: number): Promise<void> {
    await take(api.DELETE('/api/notices/chats/{id}', { params: { path: { id } }, signal: deadline() }));
    await this.remote.load();
  }
}

export const officerChats = new OfficerChats();

/** What tells one state of the bound chats from another: which there are, and until when they count. */
export function boundState(chats: OfficerContacts | undefined): string {
  return (chats?.contacts ?? []).map((c) => `${c.id}@${c.asked_again_at}`).join(' ');
}
