import type { components } from './schema.gen.ts';
import { api, deadline, take, takeRaw } from './client.ts';

/* The assistant's routes and the names of their schemas. */
type Schemas = components['schemas'];

export type Conversation = Schemas['Conversation'];
export type ConversationDetail = Schemas['ConversationDetail'];
export type ScreenContext = Schemas['ScreenContext'];
export type ToolCall = Schemas['ToolCall'];
export type Question = Schemas['Question'];
export type Figure = Schemas['Figure'];
export type Chip = Schemas['Chip'];
export type Option = Schemas['Option'];
export type Block = Schemas['Block'];
export type DispositionDraft = Schemas['DispositionDraft'];
export type Step = Schemas['Step'];
export type Answer = Schemas['Answer'];
export type AnswerStatus = Answer['status'];
export type Exchange = Schemas['Exchange'];
export type Receipt = Schemas['Receipt'];
export type ReceiptCheck = Schemas['ReceiptCheck'];
export type Pin = Schemas['Pin'];
export type Suggestion = Schemas['Suggestion'];
export type AssistantState = Schemas['AssistantState'];
export type AIUsage = Schemas['AIUsage'];
export type UsageShare = Schemas['UsageShare'];
export type Measure = Schemas['Measure'];
/** What is sent with a question. */
export type Message = Omit<Schemas['MessageInputBody'], '$schema'>;

/** A word that was put right in what was heard. */
export interface Correction {
  heard: string;
  written: string;
}
export interface Transcript {
  text: string;
  corrections: Correction[];
}

/** The number of a receipt: "B-000123" is 123. */
export const receiptNumber = (receipt: string) => Number(receipt.replace(/\D/g, ''));

const byId = (id: number) => ({ path: { id } });
const byNumber = (receipt: string) => ({ path: { number: receiptNumber(receipt) } });

/** The assistant's routes. Each throws a Problem when it fails. */
export const assistantApi = {
  state: (signal?: AbortSignal): Promise<AssistantState> =>
    take(api.GET('/api/assistant', { signal: deadline(signal) })),
  suggestions: (signal?: AbortSignal): Promise<Suggestion[]> =>
    take(api.GET('/api/assistant/suggestions', { signal: deadline(signal) })),
  usage: (month: string, signal?: AbortSignal): Promise<AIUsage> =>
    take(api.GET('/api/assistant/usage', { params: { query: { month } }, signal: deadline(signal) })),
  measures: (signal?: AbortSignal): Promise<Measure[]> =>
    take(api.GET('/api/measures', { signal: deadline(signal) })),
  conversations: (signal?: AbortSignal): Promise<Conversation[]> =>
    take(api.GET('/api/conversations', { signal: deadline(signal) })),
  conversation: (id: number, signal?: AbortSignal): Promise<ConversationDetail> =>
    take(api.GET('/api/conversations/{id}', { params: byId(id), signal: deadline(signal) })),
  begin: (): Promise<Conversation> => take(api.POST('/api/conversations', { signal: deadline() })),
  async remove(id: number): Promise<void> {
    await take(api.DELETE('/api/conversations/{id}', { params: byId(id), signal: deadline() }));
  },
  ask: (conversation: number, body: Message): Promise<Exchange> =>
    take(
      api.POST('/api/conversations/{id}/messages', {
        params: byId(conversation),
        body,
        signal: deadline(),
      }),
    ),
  question: (id: number, signal?: AbortSignal): Promise<Exchange> =>
    take(api.GET('/api/questions/{id}', { params: byId(id), signal: deadline(signal) })),
  cancel: (id: number): Promise<Exchange> =>
    take(api.POST('/api/questions/{id}/cancel', { params: byId(id), signal: deadline() })),
  async judge(id: number, body: { right: boolean; reason?: string }): Promise<void> {
    await take(api.POST('/api/questions/{id}/verdict', { params: byId(id), body, signal: deadline() }));
  },
  receipt: (receipt: string, signal?: AbortSignal): Promise<Receipt> =>
    take(api.GET('/api/receipts/{number}', { params: byNumber(receipt), signal: deadline(signal) })),
  check: (receipt: string): Promise<ReceiptCheck> =>
    take(api.POST('/api/receipts/{number}/check', { params: byNumber(receipt), signal: deadline() })),
  pins: (signal?: AbortSignal): Promise<Pin[]> => take(api.GET('/api/pins', { signal: deadline(signal) })),
  pin: (question: number): Promise<Pin> =>
    take(api.POST('/api/pins', { body: { question_id: question }, signal: deadline() })),
  async unpin(id: number): Promise<void> {
    await take(api.DELETE('/api/pins/{id}', { params: byId(id), signal: deadline() }));
  },
};

/** Has a recording (WAV, 16 kHz, mono) written down. Sound is not in the typed client. */
export function transcribe(wav: Blob, signal?: AbortSignal): Promise<Transcript> {
  return takeRaw<Transcript>('/api/voice/transcriptions', {
    method: 'POST',
    headers: { 'Content-Type': 'audio/wav' },
    body: wav,
    signal: signal ?? null,
  });
}

/** Sound of a text, or undefined where the server cannot speak. */
export async function speechOf(text: string, signal?: AbortSignal): Promise<Blob | undefined> {
  const response = await speak(text, 'audio/wav', signal);
  return response?.status === 200 ? await response.blob() : undefined;
}

/** A text as a person would read it aloud; the text itself where the server does not say. */
export async function spokenForm(text: string, signal?: AbortSignal): Promise<string> {
  const response = await speak(text, 'text/plain', signal);
  const plain = response?.status === 200 && response.headers.get('Content-Type')?.startsWith('text/plain');
  return plain && response ? (await response.text()) || text : text;
}

async function speak(text: string, accept: string, signal?: AbortSignal): Promise<Response | undefined> {
  try {
    return await fetch('/api/voice/speech', {
      method: 'POST',
      credentials: 'same-origin',
      signal: deadline(signal),
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify({ text }),
    });
  } catch {
    return undefined;
  }
}
