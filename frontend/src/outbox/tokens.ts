import { change, read, result } from './database.ts';

/** A one-time token for a photo, fetched while there was a network. */
export interface ProofToken {
  token: string;
  officer: number;
  disposition: number;
  /** Milliseconds, by the server's clock. */
  expiresAt: number;
}

export async function addTokens(tokens: ProofToken[]): Promise<void> {
  await change(['tokens'], (store) => {
    for (const t of tokens) store('tokens').put(t);
  });
}

/** Tokens of a task that still hold at a moment. */
export async function tokensOf(officer: number, disposition: number, now: number): Promise<ProofToken[]> {
  const all = await read('tokens', (s) => s.index('officer').getAll(officer) as IDBRequest<ProofToken[]>);
  return all.filter((t) => t.disposition === disposition && t.expiresAt > now);
}

/** Takes one token out, the one that ends first; "" when there is none. Expired ones go too. */
export async function takeToken(officer: number, disposition: number, now: number): Promise<string> {
  return change(['tokens'], async (store) => {
    const all = (await result(store('tokens').index('officer').getAll(officer))) as ProofToken[];
    for (const t of all) if (t.expiresAt <= now) store('tokens').delete(t.token);
    const own = all.filter((t) => t.disposition === disposition && t.expiresAt > now);
    const taken = own.sort((a, b) => a.expiresAt - b.expiresAt)[0];
    if (taken) store('tokens').delete(taken.token);
    return taken?.token ?? '';
  });
}
