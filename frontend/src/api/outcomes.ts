import {
  call,
  type Disposition,
  type Outcome,
  type Proof,
  type ProofCheck,
  type Recommendation,
} from './actions.ts';
import type { Said } from './types.ts';

/* What became of it: meetings, pages of offices, the city index, proof to be judged. */

export interface Effect {
  disposition_id: number;
  outcome: Outcome;
  text: Said;
  final: boolean;
}
export interface MeetingDisposition extends Disposition {
  account: Said;
  effect?: Effect;
}
export type PointKind = 'topic' | 'decision' | 'question';
export type PointStatus = 'open' | 'decided' | 'dropped';
export interface MeetingPoint {
  id: number;
  week: string;
  kind: PointKind;
  text: string;
  owner?: string;
  disposition_id?: number;
  by: string;
  at: string;
  status: PointStatus;
  end_at?: string;
  reason?: string;
}
export interface Meeting {
  week: string;
  from: string;
  until: string;
  at: string;
  decided: MeetingDisposition[];
  done: MeetingDisposition[];
  not_done: MeetingDisposition[];
  advice: Recommendation[];
  refused: Recommendation[];
  points: MeetingPoint[];
  summary: Said;
  minutes?: { number: number; closed_at: string; closed_by: string; present: string[]; sha256: string };
}
export interface PointInput {
  client_id: string;
  kind: PointKind;
  text: string;
  owner?: string;
}
export interface IndexPart {
  slug: string;
  name: string;
  name_en: string;
  score: number;
  low: number;
  high: number;
  weight: number;
  cases: number;
  fresh: number;
  text: Said;
  measured: boolean;
}
export interface CityIndex {
  area_code: string;
  at: string;
  score: number;
  low: number;
  high: number;
  fresh: number;
  parts: IndexPart[];
  text: Said;
  method: string;
}
export interface OfficePage {
  office: string;
  name: string;
  from: string;
  until: string;
  inherited: number;
  received: number;
  closed: number;
  open: number;
  late: number;
  expect_late: number;
  ratio?: number;
  ratio_low?: number;
  ratio_high?: number;
  median_hours?: number;
  rain?: number;
  sent: number;
  done: number;
  waiting: number;
  proven: number;
  text: Said;
  notes: Said[];
}
export interface LedgerLine {
  action: string;
  name: string;
  office?: string;
  season?: string;
  cases: number;
  worked: number;
  worse: number;
  change?: number;
  low?: number;
  high?: number;
  median_hours?: number;
  verified: number;
}
/** A check, with what of the picture to look at and the earlier picture it resembles. */
export interface LookedAt extends ProofCheck {
  like?: number;
  /** x, y, width, height as shares of the picture. */
  region?: [number, number, number, number];
}
export interface ReviewedProof extends Omit<Proof, 'checks'> {
  checks: LookedAt[];
}
export interface ReviewItem {
  proof: ReviewedProof;
  matter: { number: string; subject: string; office: string; place?: string; area_code?: string };
  why: 'checks' | 'reporter';
  opened_at: string;
  before: number[];
}

type Signal = AbortSignal | undefined;

/** Their routes. Each throws a Problem when it fails. */
export const outcomesApi = {
  meeting: (week: string, signal?: Signal) => call<Meeting>('GET', `/api/meetings/${week}`, { signal }),
  addPoint: (week: string, body: PointInput) =>
    call<MeetingPoint>('POST', `/api/meetings/${week}/points`, { body }),
  changePoint: (id: number, status: PointStatus, reason = '') =>
    call<MeetingPoint>('POST', `/api/meetings/points/${id}`, { body: { status, reason } }),
  close: (week: string, present: string[]) =>
    call<Meeting>('POST', `/api/meetings/${week}/close`, { body: { present } }),
  index: (signal?: Signal) => call<CityIndex>('GET', '/api/city-index', { signal }),
  offices: (query: { from: string; until: string }, signal?: Signal) =>
    call<OfficePage[]>('GET', '/api/office-pages', { query, signal }),
  ledger: (signal?: Signal) =>
    call<{ ledger: LedgerLine[] }>('GET', '/api/effects', { signal }).then((found) => found.ledger),
  reviews: (signal?: Signal) => call<ReviewItem[]>('GET', '/api/proofs/review', { signal }),
  review: (id: number, verdict: 'sah' | 'ditolak', reason: string) =>
    call<unknown>('POST', `/api/proofs/${id}/review`, { body: { verdict, reason } }),
};

/** Where a proof's picture lies. */
export const pictureOf = (id: number) => `/api/proofs/${id}/picture`;
