import { api, deadline, take } from '../api/client.ts';
import type { IncidentDetail, ReportDetail } from '../api/types.ts';
import { RemoteMap } from './remote.svelte.ts';

/*
 * Reports and incidents that an answer names by number. They are read with the
 * officer's own rights, so what a citizen wrote goes through no model.
 */
export const citedReports = new RemoteMap<ReportDetail>((key, signal) =>
  take(api.GET('/api/reports/{id}', { params: { path: { id: Number(key) } }, signal: deadline(signal) })),
);
export const citedIncidents = new RemoteMap<IncidentDetail>((key, signal) =>
  take(api.GET('/api/incidents/{id}', { params: { path: { id: Number(key) } }, signal: deadline(signal) })),
);
