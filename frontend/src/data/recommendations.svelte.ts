import { actionsApi } from '../api/actions.ts';
import type {
  Recommendation,
  RecommendationDecision,
  RecommendationDetail,
  RecommendationPage,
  TopRecommendations,
} from '../api/types.ts';
import { Problem } from '../api/problem.ts';
import { whileWatched } from './action-news.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';

/** How long an approval waits for second thoughts before it is sent. */
export const secondThoughts = 5000;

/** An approval that was tapped: it waits, is being sent, was sent or failed. */
export interface Approval {
  recommendation: Recommendation;
  phase: 'waiting' | 'sending' | 'sent' | 'failed';
  /** Device time at which it is sent, while it waits. */
  at: number;
  problem?: Problem;
  /** What was sent. */
  id?: number;
  number?: string;
}

/** Advice: the five, all, one in full, and what is decided about it. */
class RecommendationStore {
  readonly top = new Remote<TopRecommendations>((signal) => actionsApi.top(signal));
  /** Everything that the board shows; filters are applied on screen. */
  readonly board = new Remote<RecommendationPage>((signal) => actionsApi.recommendations(200, signal));
  readonly #details = new RemoteMap<RecommendationDetail>((key, signal) =>
    actionsApi.recommendation(Number(key), signal),
  );
  approval = $state.raw<Approval | undefined>(undefined);
  #timer: ReturnType<typeof setTimeout> | undefined;

  detail(id: number): Remote<RecommendationDetail> | undefined {
    return this.#details.get(String(id));
  }

  /** Follows the five while the returned function is not called. */
  watchTop(): () => void {
    return whileWatched(() => void this.top.load());
  }
  watchBoard(): () => void {
    return whileWatched(() => void this.board.load());
  }

  /** Loads what is on screen again after something was decided or sent. */
  refresh(): void {
    if (this.top.loadedAt) void this.top.load();
    if (this.board.loadedAt) void this.board.load();
    for (const [, held] of this.#details.entries()) void held.load();
  }

  async decide(id: number, decision: RecommendationDecision): Promise<Recommendation> {
    const after = await actionsApi.decide(id, decision);
    this.refresh();
    return after;
  }

  /** Approves as proposed after five seconds, unless taken back before. */
  approve(recommendation: Recommendation): void {
    if (this.approval?.phase === 'sending') return;
    // A second approval sends the first at once: nobody waits for two.
    if (this.approval?.phase === 'waiting') void this.sendNow();
    clearTimeout(this.#timer);
    this.approval = { recommendation, phase: 'waiting', at: Date.now() + secondThoughts };
    this.#timer = setTimeout(() => void this.sendNow(), secondThoughts);
  }

  takeBack(): void {
    if (this.approval?.phase !== 'waiting') return;
    clearTimeout(this.#timer);
    this.approval = undefined;
  }

  dismiss(): void {
    if (this.approval?.phase === 'sent' || this.approval?.phase === 'failed') this.approval = undefined;
  }

  async sendNow(): Promise<void> {
    const approval = this.approval;
    if (!approval || approval.phase === 'sending' || approval.phase === 'sent') return;
    clearTimeout(this.#timer);
    const sending: Approval = { recommendation: approval.recommendation, phase: 'sending', at: 0 };
    this.approval = sending;
    const outcome = await this.#send(sending);
    // Another may have been tapped meanwhile; its bar stands.
    if (this.approval === sending) this.approval = outcome;
    this.refresh();
  }

  async #send(sending: Approval): Promise<Approval> {
    const { recommendation } = sending;
    try {
      const after = await actionsApi.decide(recommendation.id, { decision: 'approve' });
      return done(recommendation, after);
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      // An earlier attempt may have arrived although its answer did not.
      const now = problem.code === 'conflict' && (await this.#look(recommendation.id));
      if (now && now.status === 'approved') return done(recommendation, now);
      return { recommendation, phase: 'failed', at: 0, problem };
    }
  }

  async #look(id: number): Promise<Recommendation | undefined> {
    return actionsApi.recommendation(id).catch(() => undefined);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.approval = undefined;
    this.top.clear();
    this.board.clear();
    this.#details.clear();
  }
}

const done = (recommendation: Recommendation, after: Recommendation): Approval => ({
  recommendation,
  phase: 'sent',
  at: 0,
  ...(after.disposition_id && { id: after.disposition_id }),
  ...(after.disposition_number && { number: after.disposition_number }),
});

export const recommendations = new RecommendationStore();
