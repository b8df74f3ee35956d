import { outcomesApi } from '../api/outcomes.ts';
import type { ReviewItem } from '../api/types.ts';
import { whileWatched } from './action-news.ts';
import { Remote } from './remote.svelte.ts';

/** Proof that waits for a second person. */
class ReviewStore {
  readonly queue = new Remote<ReviewItem[]>((signal) => outcomesApi.reviews(signal));
  /** What was said here in this visit, newest first. */
  judged = $state.raw<{ id: number; subject: string; verdict: 'sah' | 'ditolak' }[]>([]);

  /** Follows the queue while the returned function is not called. */
  watch(): () => void {
    return whileWatched(() => void this.queue.load());
  }

  async judge(item: ReviewItem, verdict: 'sah' | 'ditolak', reason: string): Promise<void> {
    await outcomesApi.review(item.proof.id, verdict, reason);
    this.judged = [{ id: item.proof.id, subject: item.matter.subject, verdict }, ...this.judged];
    if (this.queue.value)
      this.queue.put(this.queue.value.filter((other) => other.proof.id !== item.proof.id));
  }

  clear(): void {
    this.queue.clear();
    this.judged = [];
  }
}

export const reviews = new ReviewStore();
