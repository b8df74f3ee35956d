import type { Alert, Recommendation, Severity } from '../../api/types.ts';
import { alerts } from '../../data/alerts.svelte.ts';
import { recommendations } from '../../data/recommendations.svelte.ts';
import { ago, moment } from '../../ui/format.ts';
import { local, t } from '../../ui/i18n.svelte.ts';
import { dueWords, effectWords } from '../tindakan/words.ts';

/** One matter as the wall shows it: what, why, what is advised, who and until when. */
export interface Matter {
  key: string;
  severity: Severity;
  title: string;
  why: string;
  /** More that supports it, most telling first. */
  evidence: string[];
  /** What is usually done; "" where the title says it already. */
  advice: string;
  /** What it should bring, "" when unknown. */
  effect: string;
  who: string;
  /** Until when, or since when. */
  when: string;
  /** Whose knowledge it is, when that must be said. */
  attribution: string;
  areas: readonly string[];
  since: string;
}

function ofAdvice(r: Recommendation, now: number): Matter {
  return {
    key: `usulan:${r.id}`,
    severity: r.severity,
    title: local(r.title, r.title_en),
    why: local(r.why.text, r.why.text_en),
    evidence: r.evidence.map((e) => local(e.text, e.text_en)),
    advice: '',
    effect: effectWords(r),
    who: r.office,
    when: dueWords(r, now),
    attribution: '',
    areas: r.area_codes.length > 0 ? r.area_codes : [r.area_code ?? ''].filter(Boolean),
    since: r.made_at,
  };
}

function ofAlert(a: Alert, now: number): Matter {
  return {
    key: a.key,
    severity: a.severity,
    title: local(a.headline, a.headline_en),
    why: local(a.evidence, a.evidence_en),
    evidence: [],
    advice: local(a.advice ?? '', a.advice_en),
    effect: '',
    who: a.office ?? '',
    when: a.until ? t('attention.until', { time: moment(a.until, now) }) : ago(a.since, now),
    attribution: a.attribution ?? '',
    areas: a.area_codes,
    since: a.since,
  };
}

/** What matters now: what is advised, best first; where nothing is, what is alerted. */
export function mattersOf(now: number): Matter[] {
  const advice = recommendations.top.value?.items ?? [];
  if (advice.length > 0) return advice.map((r) => ofAdvice(r, now));
  return alerts.attention.map((a) => ofAlert(a, now));
}

/** How many there are, also those past the list. */
export function matterCount(): number {
  const top = recommendations.top.value;
  return top && top.items.length > 0 ? top.waiting : alerts.count;
}
