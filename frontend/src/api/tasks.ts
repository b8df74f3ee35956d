import type {
  Notice,
  NoticeChoice,
  NoticeList,
  NoticePreferences,
  ProofToken,
  StandInList,
  StandInOrder,
  StandInPerson,
  TaskList,
} from './types.ts';
import { api, deadline, take } from './client.ts';

const byId = (id: number) => ({ path: { id } });

/** The routes behind an officer's phone. Each throws a Problem when it fails. */
export const tasksApi = {
  tasks: (at: { lon?: number; lat?: number }, signal?: AbortSignal): Promise<TaskList> =>
    take(
      api.GET('/api/tasks', {
        params: { query: { lon: at.lon, lat: at.lat } },
        signal: deadline(signal),
      }),
    ),
  proofTokens: async (id: number, count: number): Promise<ProofToken[]> =>
    (
      await take(
        api.POST('/api/dispositions/{id}/proof-tokens', {
          params: byId(id),
          body: { count },
          signal: deadline(),
        }),
      )
    ).tokens,
  standIns: (signal?: AbortSignal): Promise<StandInList> =>
    take(api.GET('/api/stand-ins', { signal: deadline(signal) })),
  standInPeople: async (signal?: AbortSignal): Promise<StandInPerson[]> =>
    (await take(api.GET('/api/stand-ins/people', { signal: deadline(signal) }))).items,
  async addStandIn(body: StandInOrder): Promise<void> {
    await take(api.POST('/api/stand-ins', { body, signal: deadline() }));
  },
  async endStandIn(id: number): Promise<void> {
    await take(api.DELETE('/api/stand-ins/{id}', { params: byId(id), signal: deadline() }));
  },
  async act(id: number): Promise<void> {
    await take(api.POST('/api/session/acting', { body: { stand_in_id: id }, signal: deadline() }));
  },
  async stopActing(): Promise<void> {
    await take(api.DELETE('/api/session/acting', { signal: deadline() }));
  },
  notices: (signal?: AbortSignal): Promise<NoticeList> =>
    take(api.GET('/api/notices', { signal: deadline(signal) })),
  async readNotice(notice: Notice): Promise<void> {
    await take(api.POST('/api/notices/{id}/read', { params: byId(notice.id), signal: deadline() }));
  },
  preferences: (signal?: AbortSignal): Promise<NoticePreferences> =>
    take(api.GET('/api/notices/preferences', { signal: deadline(signal) })),
  savePreferences: (body: NoticeChoice): Promise<NoticePreferences> =>
    take(api.PUT('/api/notices/preferences', { body, signal: deadline() })),
  async testNotice(): Promise<void> {
    await take(api.POST('/api/notices/test', { signal: deadline() }));
  },
  pushKey: async (): Promise<string> => (await take(api.GET('/api/push/key', { signal: deadline() }))).key,
  async subscribe({ endpoint, keys }: PushSubscriptionJSON): Promise<void> {
    const body = { endpoint: endpoint ?? '', keys: { auth: keys?.auth ?? '', p256dh: keys?.p256dh ?? '' } };
    await take(api.POST('/api/push/subscriptions', { body, signal: deadline() }));
  },
  async unsubscribe(endpoint: string): Promise<void> {
    await take(api.DELETE('/api/push/subscriptions', { body: { endpoint }, signal: deadline() }));
  },
};
