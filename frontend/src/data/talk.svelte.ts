import { assistantApi, type Exchange, type Message } from '../api/assistant.ts';
import { Problem } from '../api/problem.ts';
import { clock } from '../ui/clock.svelte.ts';
import { assistant } from './assistant.svelte.ts';
import { follow, withStep } from './question-stream.ts';

/**
 * One conversation on screen: its exchanges, and the question under way. It is
 * made on the server when the first question is asked, not before.
 */
export class Talk {
  id = $state(0);
  title = $state('');
  exchanges = $state.raw<Exchange[]>([]);
  /** A conversation is being read. */
  busy = $state(false);
  /** A question is on its way to the server. */
  sending = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);
  failedSince = $state(0);
  /** Why the last question could not be put. */
  askProblem = $state.raw<Problem | undefined>(undefined);
  /** Steps arrive; false while the server is out of reach. */
  connected = $state(true);
  #stops = new Map<number, () => void>();
  #reading = 0;

  readonly last = $derived(this.exchanges.at(-1));
  readonly running = $derived(this.exchanges.find((e) => e.answer.status === 'running'));

  async open(id: number): Promise<void> {
    if (id === this.id && id !== 0 && !this.problem) return;
    this.leave();
    this.id = id;
    this.problem = undefined;
    this.askProblem = undefined;
    this.exchanges = [];
    this.title = '';
    if (id === 0) return;
    const turn = ++this.#reading;
    this.busy = true;
    try {
      const detail = await assistantApi.conversation(id);
      if (turn !== this.#reading) return;
      this.title = detail.conversation.title;
      this.exchanges = detail.exchanges;
      this.failedSince = 0;
      for (const e of detail.exchanges) if (e.answer.status === 'running') this.#follow(e.question.id);
    } catch (cause) {
      if (turn !== this.#reading) return;
      this.problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      this.failedSince ||= clock.read();
    } finally {
      if (turn === this.#reading) this.busy = false;
    }
  }

  /** Puts a question; true when the server took it. */
  async ask(message: Message): Promise<boolean> {
    if (this.sending || !message.text.trim()) return false;
    this.sending = true;
    this.askProblem = undefined;
    try {
      if (this.id === 0) {
        const made = await assistantApi.begin();
        this.id = made.id;
      }
      const exchange = await assistantApi.ask(this.id, { ...message, text: message.text.trim() });
      this.title ||= exchange.question.text;
      this.#put(exchange);
      if (exchange.answer.status === 'running') this.#follow(exchange.question.id);
      assistant.touched();
      return true;
    } catch (cause) {
      this.askProblem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      return false;
    } finally {
      this.sending = false;
    }
  }

  async cancel(id: number): Promise<void> {
    try {
      const exchange = await assistantApi.cancel(id);
      this.#put(exchange);
      if (exchange.answer.status !== 'running') this.#stops.get(id)?.();
    } catch (cause) {
      this.askProblem = cause instanceof Problem ? cause : Problem.unreachable(cause);
    }
  }

  async judge(id: number, right: boolean, reason = ''): Promise<void> {
    const verdict = { right, ...(reason && { reason }) };
    await assistantApi.judge(id, verdict);
    const found = this.exchanges.find((e) => e.question.id === id);
    if (found) this.#put({ ...found, verdict });
  }

  /** Stops listening; what is asked goes on at the server. */
  leave(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    this.#reading++;
    this.busy = false;
    this.connected = true;
  }

  #put(exchange: Exchange): void {
    const known = this.exchanges.some((e) => e.question.id === exchange.question.id);
    this.exchanges = known
      ? this.exchanges.map((e) => (e.question.id === exchange.question.id ? exchange : e))
      : [...this.exchanges, exchange];
  }

  #follow(id: number): void {
    this.#stops.get(id)?.();
    const stop = follow(id, {
      step: (step) => {
        const found = this.exchanges.find((e) => e.question.id === id);
        if (found) this.#put({ ...found, steps: withStep(found.steps, step) });
      },
      end: (exchange) => {
        this.#stops.delete(id);
        this.#put(exchange);
        assistant.touched();
      },
      connected: (is) => (this.connected = is),
      lost: (problem) => {
        this.#stops.delete(id);
        this.askProblem = problem;
      },
    });
    this.#stops.set(id, stop);
  }
}
