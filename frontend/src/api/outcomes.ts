import type {
  CityIndex,
  LedgerLine,
  Meeting,
  MeetingPoint,
  OfficePage,
  PointInput,
  PointStatus,
  ReviewItem,
} from './types.ts';
import { api, deadline, take } from './client.ts';

const byId = (id: number) => ({ path: { id } });
const byWeek = (week: string) => ({ path: { week } });

/**
 * The routes of what became of it: meetings, pages of offices, the city index,
 * proof to be judged. Each throws a Problem when it fails.
 */
export const outcomesApi = {
  meeting: (week: string, signal?: AbortSignal): Promise<Meeting> =>
    take(api.GET('/api/meetings/{week}', { params: byWeek(week), signal: deadline(signal) })),
  addPoint: (week: string, body: PointInput): Promise<MeetingPoint> =>
    take(api.POST('/api/meetings/{week}/points', { params: byWeek(week), body, signal: deadline() })),
  changePoint: (id: number, status: PointStatus, reason = ''): Promise<MeetingPoint> =>
    take(
      api.POST('/api/meetings/points/{id}', {
        params: byId(id),
        body: { status, reason },
        signal: deadline(),
      }),
    ),
  close: (week: string, present: string[]): Promise<Meeting> =>
    take(
      api.POST('/api/meetings/{week}/close', {
        params: byWeek(week),
        body: { present },
        signal: deadline(),
      }),
    ),
  index: (signal?: AbortSignal): Promise<CityIndex> =>
    take(api.GET('/api/city-index', { signal: deadline(signal) })),
  offices: (query: { from: string; until: string }, signal?: AbortSignal): Promise<OfficePage[]> =>
    take(api.GET('/api/office-pages', { params: { query }, signal: deadline(signal) })),
  ledger: async (signal?: AbortSignal): Promise<LedgerLine[]> =>
    (await take(api.GET('/api/effects', { signal: deadline(signal) }))).ledger,
  reviews: (signal?: AbortSignal): Promise<ReviewItem[]> =>
    take(api.GET('/api/proofs/review', { signal: deadline(signal) })),
  async review(id: number, verdict: 'sah' | 'ditolak', reason: string): Promise<void> {
    await take(
      api.POST('/api/proofs/{id}/review', {
        params: byId(id),
        body: { verdict, reason },
        signal: deadline(),
      }),
    );
  },
};

/** Where a proof's picture lies. */
export const pictureOf = (id: number) => `/api/proofs/${id}/picture`;
