import { outcomesApi } from '../api/outcomes.ts';
import type { ReviewItem } from '../api/types.ts';
import { Remote } from './remote.svelte.ts';

/** Proof that waits for a second person. */
class ReviewStore {
  readonly queue = new Remote<ReviewItem[]>((signal) => outcomesApi.reviews(signal));
  /** What was said here in this visit, newest first. */
  judged = $state.raw<{ id: number; subject: string; verdict: 'sah' | 'ditolak' }[]>([]);

  async judge(item: ReviewItem, verdict: 'sah' | 'ditolak', reason: string): Promise<void> {
    await outcomesApi.review(item.proof.id, verdict, reason);
    this.judged = [{ id: item.proof.id, subject: item.matter.subject, verdict }, ...this.judged];
    if (this.queue.value)
      this.queue.put(this.queue.value.filter((other) => other.proof.id !== item.proof.id));
  }
}

export const reviews = new ReviewStore();

/** Those who may be a second person. */
export const reviewsProofs = (role: string | undefined) =>
  role !== undefined && ['kepala_opd', 'camat', 'sekda', 'auditor'].includes(role);
