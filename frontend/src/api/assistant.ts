import { deadline, take } from './client.ts';

/* The shapes of /api/assistant, /api/questions and their kin, as the server writes them. */

export type AnswerStatus =
  'answered' | 'abstained' | 'clarify' | 'refused' | 'running' | 'canceled' | 'failed';

export interface Conversation {
  id: number;
  title: string;
  created_at: string;
  changed_at: string;
  questions: number;
}

export interface ScreenContext {
  area?: string;
  category?: string;
  indicator?: string;
  incident?: number;
}

export interface ToolCall {
  tool: string;
  input: Record<string, unknown>;
}

export interface Question {
  id: number;
  conversation_id: number;
  text: string;
  asked_at: string;
  at: string;
  spoken?: boolean;
  screen?: ScreenContext;
  call?: ToolCall;
}

export interface Figure {
  id: string;
  label: string;
  value: number;
  unit: string;
  decimals: number;
  measure?: string;
  indicator?: string;
  area?: string;
  category?: string;
  office?: string;
  from?: string;
  to?: string;
  time?: string;
  n?: number;
  operation?: string;
  of?: string[];
}

export interface Chip {
  kind: string;
  value: string;
  text: string;
  assumed?: boolean;
}

export interface Option {
  text: string;
  call?: ToolCall;
}

export interface BlockItem {
  key: string;
  label: string;
  value: number | null;
  low?: number;
  high?: number;
  figure?: string;
}

export interface DispositionDraft {
  office: string;
  area?: string;
  instruction: string;
  due_on?: string;
  incidents?: number[];
  reports?: number[];
}

export interface Block {
  kind: 'table' | 'bars' | 'line' | 'map' | 'reports' | 'incidents' | 'sources' | 'draft';
  title: string;
  unit?: string;
  columns?: string[];
  rows?: string[][];
  items?: BlockItem[];
  decimals?: number;
  limit?: number;
  level?: 'kecamatan' | 'kelurahan';
  highlight?: string[];
  ids?: number[];
  draft?: DispositionDraft;
}

export type StepKind = 'memahami' | 'mengambil' | 'menyusun' | 'memeriksa';

export interface Step {
  seq: number;
  at: string;
  kind: StepKind;
  tool?: string;
  text: string;
}

export interface Spending {
  provider?: string;
  model?: string;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  rupiah: number;
}

export interface Answer {
  question_id: number;
  status: AnswerStatus;
  text: string;
  value?: number;
  unit?: string;
  area?: string;
  category?: string;
  figures: Figure[];
  blocks: Block[];
  chips: Chip[];
  call?: ToolCall;
  options: Option[];
  caveats: string[];
  follow_ups: string[];
  offline: boolean;
  fell_back?: string;
  spending: Spending;
  receipt?: string;
  at: string;
  answered_at: string;
  took_ms: number;
}

export interface AnswerVerdict {
  right: boolean;
  reason?: string;
}

export interface Exchange {
  question: Question;
  answer: Answer;
  steps: Step[];
  verdict?: AnswerVerdict;
}

export interface ConversationDetail {
  conversation: Conversation;
  exchanges: Exchange[];
}

export interface DataState {
  snapshot_at: string;
  seq: number;
  first?: string;
  last?: string;
  sources: string[];
  simulated?: boolean;
}

export interface ReceiptCall {
  tool: string;
  input: Record<string, unknown>;
  status: string;
  figures: Figure[];
  digest: string;
  data: DataState;
}

export interface Receipt {
  number: number;
  question_id: number;
  question: string;
  at: string;
  answered_at: string;
  status: AnswerStatus;
  answer: string;
  calls: ReceiptCall[];
  spending: Spending;
  program: string;
  previous: string;
  hash: string;
}

export interface ReceiptChange {
  tool: string;
  label: string;
  unit: string;
  before: number | null;
  after: number | null;
  reason: 'corrected' | 'arrived' | 'withdrawn' | 'rule' | 'unknown';
  text: string;
}

export interface ReceiptCheck {
  number: number;
  chain: boolean;
  same: boolean;
  checked_at: string;
  differences: ReceiptChange[];
}

export interface Pin {
  id: number;
  question_id: number;
  text: string;
  call?: ToolCall;
  pinned_at: string;
  answer: Answer;
}

export interface Suggestion {
  text: string;
  reason: string;
}

export interface AssistantState {
  provider?: string;
  model?: string;
  voice: boolean;
  voice_help?: string;
  speech: boolean;
  text_leaves: boolean;
  paused?: string;
}

export interface UsageShare {
  name: string;
  questions: number;
  rupiah: number;
  ceiling?: number;
}

export interface InvoiceLine {
  month: string;
  provider: string;
  model: string;
  invoiced: number;
  metered: number;
}

export interface AIUsage {
  month: string;
  rupiah: number;
  reserved: number;
  ceiling: number;
  year_ceiling: number;
  year_rupiah: number;
  expected: number;
  questions: number;
  offline: number;
  cached: number;
  input_tokens: number;
  output_tokens: number;
  by_officer: UsageShare[];
  by_office: UsageShare[];
  by_model: UsageShare[];
  invoices: InvoiceLine[];
}

export interface Measure {
  slug: string;
  name: string;
  name_en: string;
  unit: string;
  decimals: number;
  of: 'laporan' | 'indikator';
  dimensions: string[];
  definition: string;
}

/** What is sent with a question. */
export interface Message {
  text: string;
  spoken?: boolean;
  screen?: ScreenContext;
  call?: ToolCall;
}

export interface Correction {
  heard: string;
  written: string;
}
export interface Transcript {
  text: string;
  corrections: Correction[];
}

/** A call that is not in the typed client: bodies that are sound, answers that are text. */
async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  raw?: BodyInit,
): Promise<T> {
  const sends = body !== undefined;
  return take<T>(
    fetch(path, {
      method,
      credentials: 'same-origin',
      signal: deadline(signal),
      ...(sends && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      ...(raw !== undefined && { headers: { 'Content-Type': 'audio/wav' }, body: raw }),
    }).then(async (response) => {
      const answer: unknown =
        response.status === 204 ? undefined : await response.json().catch(() => undefined);
      return response.ok ? { data: answer as T, response } : { error: answer, response };
    }),
  );
}

const number = (receipt: string) => encodeURIComponent(receipt);

/** The assistant's routes. */
export const assistantApi = {
  state: (signal?: AbortSignal) => call<AssistantState>('GET', '/api/assistant', undefined, signal),
  suggestions: (signal?: AbortSignal) =>
    call<Suggestion[]>('GET', '/api/assistant/suggestions', undefined, signal),
  usage: (month: string, signal?: AbortSignal) =>
    call<AIUsage>('GET', `/api/assistant/usage?month=${month}`, undefined, signal),
  measures: (signal?: AbortSignal) => call<Measure[]>('GET', '/api/measures', undefined, signal),
  conversations: (signal?: AbortSignal) =>
    call<Conversation[]>('GET', '/api/conversations', undefined, signal),
  conversation: (id: number, signal?: AbortSignal) =>
    call<ConversationDetail>('GET', `/api/conversations/${id}`, undefined, signal),
  begin: () => call<Conversation>('POST', '/api/conversations', {}),
  remove: (id: number) => call<void>('DELETE', `/api/conversations/${id}`),
  ask: (conversation: number, message: Message) =>
    call<Exchange>('POST', `/api/conversations/${conversation}/messages`, message),
  question: (id: number, signal?: AbortSignal) =>
    call<Exchange>('GET', `/api/questions/${id}`, undefined, signal),
  cancel: (id: number) => call<Exchange>('POST', `/api/questions/${id}/cancel`, {}),
  judge: (id: number, verdict: AnswerVerdict) => call<void>('POST', `/api/questions/${id}/verdict`, verdict),
  receipt: (receipt: string, signal?: AbortSignal) =>
    call<Receipt>('GET', `/api/receipts/${number(receipt)}`, undefined, signal),
  check: (receipt: string) => call<ReceiptCheck>('POST', `/api/receipts/${number(receipt)}/check`, {}),
  pins: (signal?: AbortSignal) => call<Pin[]>('GET', '/api/pins', undefined, signal),
  pin: (question: number) => call<Pin>('POST', '/api/pins', { question_id: question }),
  unpin: (id: number) => call<void>('DELETE', `/api/pins/${id}`),
  transcribe: (wav: Blob, signal?: AbortSignal) =>
    call<Transcript>('POST', '/api/voice/transcriptions', undefined, signal, wav),
};

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
