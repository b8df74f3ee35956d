import { api, deadline, take, whenSignedOut } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import type { Officer, Session } from '../api/types.ts';
import { holderOf, type Holding } from '../outbox/holder.ts';
import { drop, forget, keep, nobody, recall } from '../outbox/kept.ts';

export type SessionPhase = 'asking' | 'out' | 'must_change' | 'in' | 'unreachable';

/** So long after its end a session opens what this phone keeps, while no server can be asked. */
const grace = 3 * 86_400_000;
/** Set when somebody signed out without a network: the server is told first thing. */
const leaving = 'balaikota.leaving';

/** Who is signed in on this device. */
class SessionStore {
  current = $state.raw<Session | null>(null);
  phase = $state<SessionPhase>('asking');
  /** True when a session ended by itself rather than by signing out. */
  ended = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);
  /** True while the session is the one this phone kept, which no server confirmed yet. */
  fromPhone = $state(false);

  get officer(): Officer | undefined {
    return this.current?.officer;
  }

  /** Whose things this device keeps and sends; 0 for nobody. */
  get holder(): number {
    return this.current ? holderOf(this.current as Holding) : 0;
  }

  /** Operators run, pause and resume sources. */
  get operates(): boolean {
    return this.officer?.role === 'operator';
  }

  /** An auditor only reads; the others may correct what they see. */
  get decides(): boolean {
    return this.officer !== undefined && this.officer.role !== 'auditor';
  }

  /** Those who may be the second person that judges a proof. */
  get judgesProof(): boolean {
    return (
      this.officer !== undefined && ['kepala_opd', 'camat', 'sekda', 'auditor'].includes(this.officer.role)
    );
  }

  /** Those who answer for the city as a whole: what they know of interrupts the wall no more. */
  get watches(): boolean {
    return this.officer !== undefined && ['wali_kota', 'sekda', 'operator'].includes(this.officer.role);
  }

  /** Those who see the whole city, and so the sheets of its mornings. */
  get seesCity(): boolean {
    return this.watches || this.officer?.role === 'auditor';
  }

  /** Those whom an instruction can name (city.InstructionRules). */
  get hasTasks(): boolean {
    return (
      this.officer !== undefined && ['sekda', 'camat', 'lurah', 'kepala_opd'].includes(this.officer.role)
    );
  }

  async restore(): Promise<void> {
    this.phase = 'asking';
    try {
      if (localStorage.getItem(leaving)) await this.#leave();
      this.#take(await take(api.GET('/api/session', { signal: deadline() })));
    } catch (cause) {
      this.problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      if (this.problem.code === 'unauthorized') this.phase = 'out';
      else if (!(await this.#fromPhone())) this.phase = 'unreachable';
    }
  }

  /** Asks whether the session still stands; only a plain "no" changes anything. */
  async restoreQuietly(): Promise<void> {
    const answer = await take(api.GET('/api/session', { signal: deadline() })).catch(() => undefined);
    if (!answer || this.phase !== 'in') return;
    // Somebody else signed in beside this page: it begins afresh, with that officer's things.
    if (holderOf(answer as Holding) !== this.holder) location.reload();
    else this.#take(answer);
  }

  /** Goes on with the session this phone kept; what it opens is what was fetched before. */
  async #fromPhone(): Promise<boolean> {
    if (localStorage.getItem(leaving)) return false;
    const kept = await recall<Session>(nobody, 'session').catch(() => undefined);
    if (!kept || Date.parse(kept.value.expires_at) + grace < Date.now()) return false;
    this.current = kept.value;
    this.fromPhone = true;
    this.phase = 'in';
    return true;
  }

  async #leave(): Promise<void> {
    await take(api.DELETE('/api/session', { signal: deadline() }));
    localStorage.removeItem(leaving);
  }

  async signIn(username: string, password: string): Promise<void> {
    localStorage.removeItem(leaving);
    this.#take(await take(api.POST('/api/session', { body: { username, password }, signal: deadline() })));
    this.ended = false;
  }

  async changePassword(current: string, next: string): Promise<void> {
    const body = { current, new: next };
    const answer = await take(api.POST('/api/session/password', { body, signal: deadline() }));
    if (answer) this.#take(answer);
    else await this.restore();
  }

  /** Signs out and forgets what was fetched; without a network the server is told later. */
  async signOut(): Promise<void> {
    const holder = this.holder;
    localStorage.setItem(leaving, '1');
    try {
      await this.#leave();
    } catch {
      // The mark stays, and the next start tells the server.
    } finally {
      this.current = null;
      this.phase = 'out';
      if (holder) await forget(holder).catch(() => undefined);
      await drop(nobody, 'session').catch(() => undefined);
    }
  }

  /** The server no longer knows this session. */
  lost = (): void => {
    if (this.phase === 'in' || this.phase === 'must_change') this.ended = true;
    this.current = null;
    this.phase = 'out';
    void drop(nobody, 'session').catch(() => undefined);
  };

  #take(session: Session): void {
    this.current = session;
    this.fromPhone = false;
    this.problem = undefined;
    // A first password is not a session to go on with.
    if (!session.must_change_password)
      void keep(nobody, 'session', session, Date.now()).catch(() => undefined);
    this.phase = session.must_change_password ? 'must_change' : 'in';
  }
}

export const session = new SessionStore();
whenSignedOut(session.lost);
