import { api, deadline, take, whenSignedOut } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import type { Officer, Session } from '../api/types.ts';

export type SessionPhase = 'asking' | 'out' | 'must_change' | 'in' | 'unreachable';

/** Who is signed in on this device. */
class SessionStore {
  current = $state.raw<Session | null>(null);
  phase = $state<SessionPhase>('asking');
  /** True when a session ended by itself rather than by signing out. */
  ended = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);

  get officer(): Officer | undefined {
    return this.current?.officer;
  }

  /** Operators run, pause and resume sources. */
  get operates(): boolean {
    return this.officer?.role === 'operator';
  }

  /** An auditor only reads; the others may correct what they see. */
  get decides(): boolean {
    return this.officer !== undefined && this.officer.role !== 'auditor';
  }

  async restore(): Promise<void> {
    this.phase = 'asking';
    try {
      this.#take(await take(api.GET('/api/session', { signal: deadline() })));
    } catch (cause) {
      this.problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      this.phase = this.problem.code === 'unauthorized' ? 'out' : 'unreachable';
    }
  }

  /** Asks whether the session still stands; only a plain "no" changes anything. */
  async restoreQuietly(): Promise<void> {
    await take(api.GET('/api/session', { signal: deadline() })).catch(() => undefined);
  }

  async signIn(username: string, password: string): Promise<void> {
    this.#take(await take(api.POST('/api/session', { body: { username, password }, signal: deadline() })));
    this.ended = false;
  }

  async changePassword(current: string, next: string): Promise<void> {
    const body = { current, new: next };
    const answer = await take(api.POST('/api/session/password', { body, signal: deadline() }));
    if (answer) this.#take(answer);
    else await this.restore();
  }

  async signOut(): Promise<void> {
    try {
      await take(api.DELETE('/api/session', { signal: deadline() }));
    } finally {
      this.current = null;
      this.phase = 'out';
    }
  }

  /** The server no longer knows this session. */
  lost = (): void => {
    if (this.phase === 'in' || this.phase === 'must_change') this.ended = true;
    this.current = null;
    this.phase = 'out';
  };

  #take(session: Session): void {
    this.current = session;
    this.problem = undefined;
    this.phase = session.must_change_password ? 'must_change' : 'in';
  }
}

export const session = new SessionStore();
whenSignedOut(session.lost);
