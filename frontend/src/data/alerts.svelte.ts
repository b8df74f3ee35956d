import { api, deadline, take } from '../api/client.ts';
import type { Alert, Severity } from '../api/types.ts';
import { live } from './live.svelte.ts';
import { merge } from './merge.ts';
import { Remote } from './remote.svelte.ts';

const ranks: Record<Severity, number> = { info: 0, perhatian: 1, siaga: 2, awas: 3 };

/** How bad a severity is, 0 for info. */
export const severityRank = (severity: Severity): number => ranks[severity];

/** The most items that are put before a reader at once. */
export const attentionLimit = 5;

/** What citizens or gauges say stands before what only a source's silence says. */
const kinds: Record<Alert['kind'], number> = {
  threshold: 0,
  surge: 0,
  quake: 0,
  flood: 0,
  incident: 0,
  warning: 1,
  overdue: 2,
  hotspot: 2,
  anomaly: 2,
  breach: 2,
  source: 3,
  silent: 3,
  service: 3,
};
/** How many voices an area outside of an incident weighs. */
const placeVoices = 50;
const reach = (a: Alert): number =>
  a.kind === 'incident' ? (a.voices ?? 0) : placeVoices * Math.max(1, a.area_codes.length);

/** Worst first; among equals the larger, then the newer. The server ranks the same way (city.Attention). */
export function byUrgency(a: Alert, b: Alert): number {
  return (
    ranks[b.severity] - ranks[a.severity] ||
    kinds[a.kind] - kinds[b.kind] ||
    reach(b) - reach(a) ||
    Date.parse(b.since) - Date.parse(a.since)
  );
}

/** What needs attention now: at most five, never mere information. */
export function attention(alerts: readonly Alert[]): Alert[] {
  return alerts
    .filter((a) => a.severity !== 'info')
    .sort(byUrgency)
    .slice(0, attentionLimit);
}

class AlertStore {
  readonly remote = new Remote<Alert[]>((signal) =>
    take(api.GET('/api/alerts', { signal: deadline(signal) })),
  );
  readonly sorted = $derived([...(this.remote.value ?? [])].sort(byUrgency));
  readonly attention = $derived(attention(this.remote.value ?? []));
  /** The gravest that nobody has said he knows of, the largest first: they interrupt the wall. */
  readonly alarms = $derived(this.sorted.filter((a) => a.severity === 'awas' && !a.acknowledged));
  /** How many need attention, also those past the fifth. */
  readonly count = $derived((this.remote.value ?? []).filter((a) => a.severity !== 'info').length);

  constructor() {
    live.follow('alerts', {
      snapshot: (s) => this.remote.put(s.alerts ?? []),
      changes: (changes) => this.remote.put(merge(this.remote.value ?? [], changes, (a) => a.key)),
    });
  }

  /** Says that one knows of an alert as it stands here; the answer is the alert with that. */
  async acknowledge(alert: Alert): Promise<void> {
    const body = { key: alert.key, seen: alert.severity };
    const known = await take(api.POST('/api/alerts/acknowledge', { body, signal: deadline() }));
    this.remote.put((this.remote.value ?? []).map((a) => (a.key === known.key ? known : a)));
  }
}

export const alerts = new AlertStore();
