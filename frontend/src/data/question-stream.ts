import { assistantApi, type Exchange, type Step } from '../api/assistant.ts';
import { Problem } from '../api/problem.ts';

/** What becomes of a question while it is worked on. */
export interface Follower {
  step(step: Step): void;
  /** It ended: answered, refused, cancelled or failed. */
  end(exchange: Exchange): void;
  /** Steps do not come at the moment; true again when they do. */
  connected(is: boolean): void;
  /** The server says that there is no such question any more. */
  lost(problem: Problem): void;
}

/** Silence on the stream after which the question is asked for the plain way. */
const silence = 12_000;
const pollFirst = 1000;
const pollMost = 8000;

/**
 * Follows a question by its stream of events. Where the stream is cut (a proxy,
 * a restart of the server), the question is fetched again and again until it
 * has ended; the stream is opened anew in between. Returns how to stop.
 */
export function follow(id: number, on: Follower): () => void {
  let over = false;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = pollFirst;

  const stop = () => {
    over = true;
    source?.close();
    clearTimeout(timer);
  };
  const finish = (exchange: Exchange) => {
    if (over) return;
    stop();
    on.connected(true);
    on.end(exchange);
  };
  const later = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void poll(), milliseconds);
  };
  const alive = () => {
    wait = pollFirst;
    on.connected(true);
    later(silence);
  };

  async function poll(): Promise<void> {
    try {
      const exchange = await assistantApi.question(id);
      if (over) return;
      if (exchange.answer.status !== 'running') return finish(exchange);
      for (const step of exchange.steps) on.step(step);
      on.connected(true);
      if (source?.readyState === EventSource.CLOSED) open();
    } catch (cause) {
      if (over) return;
      const problem = cause instanceof Problem ? cause : Problem.unreachable(cause);
      if (['not_found', 'forbidden', 'unauthorized'].includes(problem.code)) {
        stop();
        on.lost(problem);
        return;
      }
      on.connected(false);
    }
    later(wait);
    wait = Math.min(pollMost, wait * 1.7);
  }

  function open(): void {
    source?.close();
    const opened = new EventSource(`/api/questions/${id}/steps`);
    source = opened;
    const read = (e: Event): unknown => {
      try {
        return JSON.parse((e as MessageEvent<string>).data);
      } catch {
        return undefined;
      }
    };
    opened.addEventListener('open', alive);
    opened.addEventListener('step', (e) => {
      const step = read(e);
      if (over || !step) return;
      alive();
      on.step(step as Step);
    });
    opened.addEventListener('answer', (e) => {
      const exchange = read(e);
      if (exchange) finish(exchange as Exchange);
    });
    opened.addEventListener('error', () => {
      if (!over) later(wait);
    });
  }

  open();
  later(silence);
  return stop;
}

/** Steps in order, each number once: a stream that came back sends them all again. */
export function withStep(steps: readonly Step[], step: Step): Step[] {
  const others = steps.filter((s) => s.seq !== step.seq);
  return [...others, step].sort((a, b) => a.seq - b.seq);
}
