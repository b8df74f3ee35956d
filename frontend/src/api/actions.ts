import type { Said, Severity } from './types.ts';
import { deadline, take } from './client.ts';

/* Advice, dispositions, their proof and effect: the shapes and the routes of the server. */

export type RecommendationStatus = 'proposed' | 'postponed' | 'approved' | 'declined' | 'withdrawn';
export type Nature = 'biasa' | 'segera' | 'sangat_segera' | 'rahasia';
export type DispositionStatus =
  | 'sent'
  | 'accepted'
  | 'working'
  | 'asked'
  | 'hindered'
  | 'passed_on'
  | 'proof_in'
  | 'done'
  | 'declined'
  | 'canceled';
export type StepKind =
  | 'send'
  | 'read'
  | 'accept'
  | 'ask'
  | 'reply'
  | 'decline'
  | 'progress'
  | 'hinder'
  | 'resume'
  | 'pass_on'
  | 'finish'
  | 'confirm'
  | 'reopen'
  | 'cancel'
  | 'extend'
  | 'redirect'
  | 'note'
  | 'remind'
  | 'escalate';
export type ProofVerdict = 'menunggu' | 'sah' | 'ragu' | 'ditolak';
export type Outcome = 'measuring' | 'worked' | 'no_change' | 'worse' | 'unclear';
export type EvidenceKind =
  | 'incident'
  | 'report'
  | 'pattern'
  | 'forecast'
  | 'indicator'
  | 'flood'
  | 'alert'
  | 'deadline'
  | 'measure'
  | 'effect';

/** One line of why, with the rows it rests on. */
export interface Evidence extends Said {
  kind: EvidenceKind;
  ids?: number[];
  key?: string;
  area_code?: string;
  value?: number;
  unit?: string;
  limit?: number;
  at: string;
  until?: string;
  source?: string;
}
export interface ExpectedEffect extends Said {
  measure: 'reports' | 'indicator' | 'overdue';
  low: number;
  mid: number;
  high: number;
  days: number;
  from: 'ledger' | 'rule';
  cases: number;
  source?: string;
}
export interface PastAction {
  disposition_id: number;
  number: string;
  subject: string;
  office: string;
  done_at: string;
  effect?: number;
  low?: number;
  high?: number;
  outcome: Outcome;
}
export interface RankPart extends Said {
  factor: 'dampak' | 'mendesak' | 'dapat-ditindak' | 'bobot';
  value: number;
}
export interface Recommendation {
  id: number;
  key: string;
  rule: string;
  action: string;
  action_name: string;
  trigger: string;
  title: string;
  title_en: string;
  why: Said;
  evidence: Evidence[];
  risk: Said;
  severity: Severity;
  area_code?: string;
  area_codes: string[];
  place?: string;
  lon?: number;
  lat?: number;
  category?: string;
  indicator?: string;
  incident_id?: number;
  office: string;
  due_at: string;
  due_days?: number;
  due_hours?: number;
  effect: ExpectedEffect;
  cost_low?: number;
  cost_high?: number;
  cost_source?: string;
  past: PastAction[];
  score: number;
  rank?: number;
  parts: RankPart[];
  override?: { rank: number; by: string; at: string; reason: string };
  status: RecommendationStatus;
  until?: string;
  withdrawn?: Said;
  decided_by?: string;
  reason?: string;
  disposition_id?: number;
  disposition_number?: string;
  disposition_status?: DispositionStatus;
  made_at: string;
  changed_at: string;
  data_at: string;
  trend: 'baru' | 'memburuk' | 'tetap' | 'membaik';
  stale?: boolean;
  simulated?: boolean;
}
export interface RecommendationChange {
  at: string;
  by: string;
  from?: RecommendationStatus;
  to: RecommendationStatus;
  reason?: string;
}
export interface RecommendationDetail extends Recommendation {
  changes: RecommendationChange[];
  /** What approving sends, unless it is edited. */
  order: DispositionOrder;
}
export interface TopRecommendations {
  items: Recommendation[];
  waiting: number;
  at: string;
  nothing: Said;
}
export interface Page<T> {
  items: T[];
  total: number;
  at: string;
}
/** To whom the asker may send instructions. */
export interface Addressee {
  role: 'sekda' | 'kepala_opd' | 'camat' | 'lurah';
  area_code?: string;
  /** Absent for the secretary. */
  office?: string;
  name: string;
}
/** What a sender asks for. */
export interface DispositionOrder {
  client_id: string;
  office?: string;
  role?: 'sekda';
  copies: string[];
  nature: Nature;
  subject: string;
  instruction: string;
  note?: string;
  due_days?: number;
  due_hours?: number;
  due_at?: string;
  recommendation_id?: number;
  parent_id?: number;
  action?: string;
  area_code?: string;
  place?: string;
  lon?: number;
  lat?: number;
  category?: string;
  indicator?: string;
  incidents: number[];
  reports: number[];
  attachments: number[];
}
export interface RecommendationDecision {
  decision: 'approve' | 'decline' | 'postpone' | 'reopen' | 'rank';
  reason?: string;
  until?: string;
  rank?: number;
  order?: DispositionOrder;
}
export interface Disposition {
  id: number;
  number: string;
  from: string;
  from_role: string;
  from_office?: string;
  acting_for?: string;
  office?: string;
  office_name: string;
  to_role: string;
  to_area?: string;
  copies: string[];
  nature: Nature;
  subject: string;
  instruction: string;
  note?: string;
  status: DispositionStatus;
  percent: number;
  sent_at: string;
  due_at: string;
  done_at?: string;
  done_by?: 'proof' | 'second_person' | 'reporter' | 'sender';
  late_hours?: number;
  waits_on?: string;
  obstacle?: string;
  last_news?: string;
  last_at: string;
  proof: boolean;
  verdict?: ProofVerdict;
  reporter_word?: 'asked' | 'yes' | 'no' | 'none';
  recommendation_id?: number;
  parent_id?: number;
  root_id: number;
  action?: string;
  area_code?: string;
  place?: string;
  lon?: number;
  lat?: number;
  category?: string;
  indicator?: string;
  incidents: number[];
  reports: number[];
  rung: number;
  simulated?: boolean;
}
export interface DispositionStep {
  id: number;
  at: string;
  said_at?: string;
  kind: StepKind;
  by: string;
  role: string;
  acting_for?: string;
  from?: DispositionStatus;
  to: DispositionStatus;
  text?: string;
  percent?: number;
  obstacle?: string;
  office?: string;
  due_at?: string;
  parts?: { name: string; quantity: number; unit: string }[];
  proofs?: number[];
}
export interface Attachment {
  id: number;
  name: string;
  type: string;
  size: number;
}
export interface DispositionDetail extends Disposition {
  steps: DispositionStep[];
  chain: Disposition[];
  attachments: Attachment[];
  party: 'sender' | 'addressee' | 'reader';
  may: StepKind[];
  below: string[];
}
export interface StepInput {
  client_id: string;
  kind: StepKind;
  text?: string;
  percent?: number;
  obstacle?: string;
  office?: string;
  due_at?: string;
}
export interface StepOutcome {
  client_id: string;
  outcome: 'added' | 'known' | 'refused';
  problem?: string;
  code?: string;
  /** Name of the text on screen that says why. */
  key?: string;
  params?: Record<string, string>;
  status?: DispositionStatus;
}
export interface ProofCheck extends Said {
  name: string;
  outcome: 'baik' | 'ragu' | 'buruk' | 'tidak-diperiksa';
  look_at?: Said;
}
export interface Proof {
  id: number;
  disposition_id: number;
  stage: 'before' | 'during' | 'after';
  taken_at?: string;
  received_at: string;
  by: string;
  distance_m?: number;
  width: number;
  height: number;
  note?: string;
  verdict: ProofVerdict;
  machine: ProofVerdict;
  checks: ProofCheck[];
  summary: Said;
  reviewed_by?: string;
  reviewed_at?: string;
  review?: string;
}
export interface EffectPoint {
  day: string;
  seen: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  others: number | null;
}
export interface EffectSeries {
  disposition_id: number;
  action: string;
  measure: 'reports' | 'indicator' | 'overdue';
  done_on: string;
  through: string;
  days: number;
  seen: number;
  expected: number;
  change?: number;
  low?: number;
  high?: number;
  outcome: Outcome;
  text: Said;
  method: string;
  matched: string[];
  rain?: number;
  final: boolean;
  points: EffectPoint[];
}
export interface ActionKind {
  slug: string;
  name: string;
  name_en: string;
  proof: boolean;
  measure: 'reports' | 'indicator' | 'overdue';
  effect_days: number;
  low: number;
  mid: number;
  high: number;
  effect_source: string;
  cost_low: number;
  cost_high: number;
  cost_source: string;
}
export interface ActionRule {
  slug: string;
  enabled: boolean;
  trigger: string;
  action: string;
  categories: string[];
  indicators: string[];
  min_severity: Severity;
  min_voices: number;
  min_age_hours: number;
  office: string;
  title: string;
  title_en: string;
  reason: string;
  reason_en: string;
  risk: string;
  risk_en: string;
  due_days: number;
  due_hours: number;
  weight: number;
  replaces: string[];
  contradicts: string[];
  source: string;
  version: number;
  changed_at: string;
  changed_by: string;
}
/** A rule as it was, with the reason it was changed for. */
export interface ActionRuleVersion extends ActionRule {
  reason: string;
}

type Query = Record<string, string | number | boolean | undefined>;

/** A call outside the typed client; throws a Problem when it fails. */
export function call<T>(
  method: string,
  path: string,
  options: { query?: Query; body?: unknown; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const entries = Object.entries(options.query ?? {}).filter(
    ([, v]) => v !== undefined && v !== '' && v !== false && v !== 0,
  );
  const search = new URLSearchParams(entries.map(([k, v]) => [k, String(v)])).toString();
  const form = options.body instanceof FormData;
  return take<T>(
    fetch(search ? `${path}?${search}` : path, {
      method,
      credentials: 'same-origin',
      signal: deadline(options.signal),
      ...(options.body !== undefined && {
        body: form ? (options.body as FormData) : JSON.stringify(options.body),
        ...(!form && { headers: { 'Content-Type': 'application/json' } }),
      }),
    }).then(async (response) => {
      const body: unknown = await response.json().catch(() => undefined);
      return response.ok ? { data: body as T, response } : { error: body, response };
    }),
  );
}

/** A number that makes sending twice harmless. */
export function clientId(): string {
  // Not crypto.randomUUID alone: it is missing where the page is not served securely.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export interface RecommendationQuery extends Query {
  status?: string;
  area?: string;
  office?: string;
  limit?: number;
}
export interface DispositionQuery extends Query {
  status?: string;
  area?: string;
  office?: string;
  late?: boolean;
  since?: string;
  limit?: number;
}

/** The routes of advice and dispositions. Each throws a Problem when it fails. */
export const actionsApi = {
  top: (signal?: AbortSignal) => call<TopRecommendations>('GET', '/api/recommendations/top', { signal }),
  recommendations: (query: RecommendationQuery, signal?: AbortSignal) =>
    call<Page<Recommendation>>('GET', '/api/recommendations', { query, signal }),
  recommendation: (id: number, signal?: AbortSignal) =>
    call<RecommendationDetail>('GET', `/api/recommendations/${id}`, { signal }),
  decide: (id: number, body: RecommendationDecision) =>
    call<Recommendation>('POST', `/api/recommendations/${id}/decide`, { body }),
  kinds: (signal?: AbortSignal) => call<ActionKind[]>('GET', '/api/action-kinds', { signal }),
  rules: (signal?: AbortSignal) => call<ActionRule[]>('GET', '/api/action-rules', { signal }),
  saveRule: (rule: ActionRule, reason: string) =>
    call<unknown>('PUT', `/api/action-rules/${rule.slug}`, { body: { rule, reason } }),
  ruleVersions: (slug: string, signal?: AbortSignal) =>
    call<ActionRuleVersion[]>('GET', `/api/action-rules/${slug}/versions`, { signal }),
  send: (body: DispositionOrder) => call<DispositionDetail>('POST', '/api/dispositions', { body }),
  dispositions: (query: DispositionQuery, signal?: AbortSignal) =>
    call<Page<Disposition>>('GET', '/api/dispositions', { query, signal }),
  addressees: (signal?: AbortSignal) =>
    call<{ items: Addressee[] }>('GET', '/api/dispositions/addressees', { signal }),
  disposition: (id: number, signal?: AbortSignal) =>
    call<DispositionDetail>('GET', `/api/dispositions/${id}`, { signal }),
  step: (id: number, body: StepInput) => call<StepOutcome>('POST', `/api/dispositions/${id}/steps`, { body }),
  proofs: (id: number, signal?: AbortSignal) =>
    call<Proof[]>('GET', `/api/dispositions/${id}/proofs`, { signal }),
  effect: (id: number, signal?: AbortSignal) =>
    call<EffectSeries>('GET', `/api/dispositions/${id}/effect`, { signal }),
  holidays: (signal?: AbortSignal) => call<{ days: string[] }>('GET', '/api/holidays', { signal }),
  attach(file: File): Promise<Attachment> {
    const body = new FormData();
    body.set('client_id', clientId());
    body.set('file', file, file.name);
    return call<Attachment>('POST', '/api/attachments', { body });
  },
};
