import type {
  ActionKind,
  ActionRule,
  ActionRuleVersion,
  Addressee,
  Attachment,
  Disposition,
  DispositionDetail,
  DispositionOrder,
  DispositionPage,
  EffectSeries,
  Proof,
  ReporterWord,
  Recommendation,
  RecommendationDecision,
  RecommendationDetail,
  RecommendationPage,
  StepInput,
  StepOutcome,
  TopRecommendations,
} from './types.ts';
import { clientId } from './client-id.ts';
import { api, deadline, take, takeRaw } from './client.ts';

const byId = (id: number) => ({ path: { id } });
const bySlug = (slug: string) => ({ path: { slug } });

/** The routes of advice and instructions. Each throws a Problem when it fails. */
export const actionsApi = {
  top: (signal?: AbortSignal): Promise<TopRecommendations> =>
    take(api.GET('/api/recommendations/top', { signal: deadline(signal) })),
  recommendations: (limit: number, signal?: AbortSignal): Promise<RecommendationPage> =>
    take(api.GET('/api/recommendations', { params: { query: { limit } }, signal: deadline(signal) })),
  recommendation: (id: number, signal?: AbortSignal): Promise<RecommendationDetail> =>
    take(api.GET('/api/recommendations/{id}', { params: byId(id), signal: deadline(signal) })),
  decide: (id: number, body: RecommendationDecision): Promise<Recommendation> =>
    take(api.POST('/api/recommendations/{id}/decide', { params: byId(id), body, signal: deadline() })),
  kinds: (signal?: AbortSignal): Promise<ActionKind[]> =>
    take(api.GET('/api/action-kinds', { signal: deadline(signal) })),
  rules: (signal?: AbortSignal): Promise<ActionRule[]> =>
    take(api.GET('/api/action-rules', { signal: deadline(signal) })),
  saveRule: (rule: ActionRule, reason: string): Promise<ActionRule> =>
    take(
      api.PUT('/api/action-rules/{slug}', {
        params: bySlug(rule.slug),
        body: { rule, reason },
        signal: deadline(),
      }),
    ),
  ruleVersions: (slug: string, signal?: AbortSignal): Promise<ActionRuleVersion[]> =>
    take(api.GET('/api/action-rules/{slug}/versions', { params: bySlug(slug), signal: deadline(signal) })),
  send: (body: DispositionOrder): Promise<DispositionDetail> =>
    take(api.POST('/api/dispositions', { body, signal: deadline() })),
  dispositions: (limit: number, signal?: AbortSignal): Promise<DispositionPage> =>
    take(api.GET('/api/dispositions', { params: { query: { limit } }, signal: deadline(signal) })),
  /** What is over of what was sent to the asker, newest first. */
  over: async (signal?: AbortSignal): Promise<Disposition[]> => {
    const query = {
      box: 'in' as const,
      status: ['done' as const, 'canceled' as const, 'declined' as const],
      limit: 20,
    };
    return (await take(api.GET('/api/dispositions', { params: { query }, signal: deadline(signal) }))).items;
  },
  /** To whom the asker may send instructions. */
  addressees: async (signal?: AbortSignal): Promise<Addressee[]> =>
    (await take(api.GET('/api/dispositions/addressees', { signal: deadline(signal) }))).items,
  disposition: (id: number, signal?: AbortSignal): Promise<DispositionDetail> =>
    take(api.GET('/api/dispositions/{id}', { params: byId(id), signal: deadline(signal) })),
  step: (id: number, body: StepInput): Promise<StepOutcome> =>
    take(api.POST('/api/dispositions/{id}/steps', { params: byId(id), body, signal: deadline() })),
  reporters: (id: number, signal?: AbortSignal): Promise<ReporterWord[]> =>
    take(api.GET('/api/dispositions/{id}/reporters', { params: byId(id), signal: deadline(signal) })),
  proofs: (id: number, signal?: AbortSignal): Promise<Proof[]> =>
    take(api.GET('/api/dispositions/{id}/proofs', { params: byId(id), signal: deadline(signal) })),
  effect: (id: number, signal?: AbortSignal): Promise<EffectSeries> =>
    take(api.GET('/api/dispositions/{id}/effect', { params: byId(id), signal: deadline(signal) })),
  /** Days off, as "2026-12-25". */
  holidays: async (signal?: AbortSignal): Promise<string[]> =>
    (await take(api.GET('/api/holidays', { signal: deadline(signal) }))).days,
  /** A form with a file: the typed client writes only JSON. */
  attach(file: File): Promise<Attachment> {
    const body = new FormData();
    body.set('client_id', clientId());
    body.set('file', file, file.name);
    return takeRaw<Attachment>('/api/attachments', { method: 'POST', body });
  },
};
