import {
  assistantApi,
  type AssistantState,
  type Conversation,
  type Measure,
  type Pin,
  type Suggestion,
} from '../api/assistant.ts';
import { live } from './live.svelte.ts';
import { Remote } from './remote.svelte.ts';

const pinsEvery = 60_000;
/** Changes in the city settle this long before pinned answers are asked for again. */
const pinsSettle = 4000;

/** What the assistant can do here, one's conversations, and the questions kept in sight. */
class AssistantStore {
  readonly state = new Remote<AssistantState>((signal) => assistantApi.state(signal));
  readonly suggestions = new Remote<Suggestion[]>((signal) => assistantApi.suggestions(signal));
  readonly conversations = new Remote<Conversation[]>((signal) => assistantApi.conversations(signal));
  readonly measures = new Remote<Measure[]>((signal) => assistantApi.measures(signal));
  readonly pins = new Remote<Pin[]>((signal) => assistantApi.pins(signal));

  measure(slug: string): Measure | undefined {
    return this.measures.value?.find((m) => m.slug === slug);
  }
  pinOf(question: number): Pin | undefined {
    return this.pins.value?.find((p) => p.question_id === question);
  }

  /** A conversation grew: the list's order and titles are not what they were. */
  touched(): void {
    if (this.conversations.value) void this.conversations.load();
  }

  async remove(conversation: number): Promise<void> {
    await assistantApi.remove(conversation);
    this.conversations.put((this.conversations.value ?? []).filter((c) => c.id !== conversation));
  }
  async pin(question: number): Promise<void> {
    const pin = await assistantApi.pin(question);
    this.pins.put([...(this.pins.value ?? []).filter((p) => p.id !== pin.id), pin]);
  }
  async unpin(id: number): Promise<void> {
    await assistantApi.unpin(id);
    this.pins.put((this.pins.value ?? []).filter((p) => p.id !== id));
  }

  /** Keeps the pinned answers fresh until the returned function is called. */
  watchPins(): () => void {
    let settle: ReturnType<typeof setTimeout> | undefined;
    const load = () => document.hidden || void this.pins.load();
    load();
    const timer = setInterval(load, pinsEvery);
    const unheard = live.whenChanged(() => {
      // Without a pin there is nothing that a change could alter.
      if (!this.pins.value?.length || settle) return;
      settle = setTimeout(() => {
        settle = undefined;
        load();
      }, pinsSettle);
    });
    return () => {
      clearInterval(timer);
      clearTimeout(settle);
      unheard();
    };
  }

  /** Forgets one officer's things. */
  clear(): void {
    for (const remote of [this.state, this.suggestions, this.conversations, this.measures, this.pins])
      remote.clear();
  }
}

export const assistant = new AssistantStore();
