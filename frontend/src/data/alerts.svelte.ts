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

/** Worst first; among equals the newest first. */
export function byUrgency(a: Alert, b: Alert): number {
  return ranks[b.severity] - ranks[a.severity] || Date.parse(b.since) - Date.parse(a.since);
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
  /** The gravest that nobody has said he knows of, newest first: they interrupt the wall. */
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
