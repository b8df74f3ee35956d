import { api, deadline, take } from '../api/client.ts';
import type { Account, AccountRights, AccountSecret } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

const byId = (id: number) => ({ params: { path: { id } }, signal: deadline() });

/** Accounts, as an operator keeps them. What fails throws a Problem. */
class AccountStore {
  readonly list = new Remote<Account[]>((signal) =>
    take(api.GET('/api/accounts', { signal: deadline(signal) })),
  );

  #put(account: Account): Account {
    this.list.put((this.list.value ?? []).map((a) => (a.id === account.id ? account : a)));
    return account;
  }

  /** Makes an account; its first password is in the answer and nowhere else. */
  async add(username: string, name: string, rights: AccountRights): Promise<AccountSecret> {
    const body = { username, ...(name.trim() && { name }), ...rights };
    const made = await take(api.POST('/api/accounts', { body, signal: deadline() }));
    await this.list.load();
    return made;
  }
  async change(id: number, rights: AccountRights): Promise<Account> {
    return this.#put(await take(api.PUT('/api/accounts/{id}', { ...byId(id), body: rights })));
  }
  async close(id: number): Promise<Account> {
    return this.#put(await take(api.POST('/api/accounts/{id}/close', byId(id))));
  }
  async open(id: number): Promise<Account> {
    return this.#put(await take(api.POST('/api/accounts/{id}/open', byId(id))));
  }
  async signOut(id: number): Promise<Account> {
    return this.#put(await take(api.DELETE('/api/accounts/{id}/sessions', byId(id))));
  }
  async reset(id: number): Promise<AccountSecret> {
    const made = await take(api.POST('/api/accounts/{id}/reset', byId(id)));
    this.#put(made.account);
    return made;
  }
}

export const accounts = new AccountStore();

/** Accounts whose name, username, role, area or office holds every word. */
export function found(list: readonly Account[], words: string, about: (a: Account) => string): Account[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter((a) => {
    const text = `${a.name} ${a.username} ${about(a)}`.toLowerCase();
    return wanted.every((w) => text.includes(w));
  });
}
