import {
  call,
  type Disposition,
  type DispositionDetail,
  type Page,
  type Proof,
  type StepKind,
} from './actions.ts';
import type { Said } from './types.ts';

/* Tasks, notices and stand-ins: the shapes and the routes of the server. */

export type {
  Disposition,
  DispositionDetail,
  DispositionOrder,
  DispositionStatus,
  StepKind,
} from './actions.ts';

/** A disposition as its addressee's phone shows it. */
export interface Task extends Disposition {
  /** Place in today's list. */
  order: number;
  why: Said;
  dist_m?: number;
  may: StepKind[];
  reminder: Said;
}
export interface TaskList {
  items: Task[];
  at: string;
}
export interface PartUsed {
  name: string;
  quantity: number;
  unit: string;
}
/** A step as the outbox keeps it; the disposition stands beside it. */
export interface StepInput {
  client_id: string;
  kind: StepKind;
  text?: string;
  said_at?: string;
  percent?: number;
  obstacle?: string;
  office?: string;
  parts?: PartUsed[];
  proofs?: string[];
}
export interface Notice {
  id: number;
  key: string;
  kind: string;
  text: string;
  text_en: string;
  path: string;
  urgent: boolean;
  at: string;
  read_at?: string;
}
export interface NoticeList {
  items: Notice[];
  unread: number;
}
export type NoticeChannel = 'aplikasi' | 'push' | 'surel';
export interface NoticePreferences {
  channels: NoticeChannel[];
  email?: string;
  /** An address that is used once the code sent to it is entered. */
  email_waiting?: string;
  code?: string;
  quiet_from?: string;
  quiet_until?: string;
  /** Browsers that take pushes. */
  push: number;
}
export interface StandIn {
  id: number;
  officer_id: number;
  officer: string;
  stand_in_id: number;
  stand_in: string;
  from: string;
  until: string;
  reason: string;
  made_by: string;
  ended_at?: string;
}

export interface StandInList {
  items: StandIn[];
  /** The one the session acts under, 0 none. */
  acting: number;
}
export interface StandInPerson {
  id: number;
  username: string;
  name: string;
  role: 'wali_kota' | 'sekda' | 'kepala_opd' | 'camat' | 'lurah' | 'operator' | 'auditor';
}
export interface StandInOrder {
  /** Username of who acts. */
  stand_in: string;
  from: string;
  until: string;
  reason: string;
}

/** The routes behind an officer's phone. Each throws a Problem when it fails. */
export const tasksApi = {
  tasks: (at: { lon?: number; lat?: number }, signal?: AbortSignal) =>
    call<TaskList>('GET', '/api/tasks', { query: { lon: at.lon, lat: at.lat }, signal }),
  over: (signal?: AbortSignal) =>
    call<Page<Disposition>>('GET', '/api/dispositions', {
      query: { box: 'in', status: 'done,canceled,declined', limit: 20 },
      signal,
    }),
  disposition: (id: number, signal?: AbortSignal) =>
    call<DispositionDetail>('GET', `/api/dispositions/${id}`, { signal }),
  proofs: (id: number) => call<Proof[] | null>('GET', `/api/dispositions/${id}/proofs`),
  proofTokens: (id: number, count: number) =>
    call<{ tokens: { token: string; expires_at: string }[] }>(
      'POST',
      `/api/dispositions/${id}/proof-tokens`,
      { body: { count } },
    ),
  standIns: (signal?: AbortSignal) => call<StandInList>('GET', '/api/stand-ins', { signal }),
  standInPeople: (signal?: AbortSignal) =>
    call<{ items: StandInPerson[] }>('GET', '/api/stand-ins/people', { signal }),
  addStandIn: (body: StandInOrder) => call<{ id: number }>('POST', '/api/stand-ins', { body }),
  endStandIn: (id: number) => call<unknown>('DELETE', `/api/stand-ins/${id}`),
  act: (id: number) => call<unknown>('POST', '/api/session/acting', { body: { stand_in_id: id } }),
  stopActing: () => call<unknown>('DELETE', '/api/session/acting'),
  notices: (signal?: AbortSignal) => call<NoticeList>('GET', '/api/notices', { signal }),
  readNotice: (id: number) => call<unknown>('POST', `/api/notices/${id}/read`),
  preferences: (signal?: AbortSignal) =>
    call<NoticePreferences>('GET', '/api/notices/preferences', { signal }),
  savePreferences: (body: NoticePreferences) =>
    call<NoticePreferences | undefined>('PUT', '/api/notices/preferences', { body }),
  testNotice: () => call<unknown>('POST', '/api/notices/test'),
  pushKey: () => call<{ key: string }>('GET', '/api/push/key'),
  subscribe: (body: PushSubscriptionJSON) => call<unknown>('POST', '/api/push/subscriptions', { body }),
  unsubscribe: (endpoint: string) =>
    call<unknown>('DELETE', '/api/push/subscriptions', { body: { endpoint } }),
};
