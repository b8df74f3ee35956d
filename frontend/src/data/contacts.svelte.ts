import { api, deadline, take } from '../api/client.ts';
import type { OfficeContact } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

/** How offices are reached, as far as somebody wrote it down. */
class ContactStore {
  readonly list = new Remote<OfficeContact[]>((signal) =>
    take(api.GET('/api/office-contacts', { signal: deadline(signal) })),
  );
  #byOffice = $derived(new Map((this.list.value ?? []).map((c) => [c.office, c])));

  /** Of the office with a short name. */
  of(office: string | undefined): OfficeContact | undefined {
    return office ? this.#byOffice.get(office) : undefined;
  }

  /** Nothing written in any field ends what stood. Throws a Problem. */
  async save(id: number, body: { phone?: string; email?: string; address?: string }): Promise<void> {
    await take(api.PUT('/api/office-contacts/{id}', { params: { path: { id } }, body, signal: deadline() }));
    await this.list.load();
  }
}

export const contacts = new ContactStore();
