import { areas } from '../../data/areas.svelte.ts';
import { catalogue } from '../../data/catalogue.svelte.ts';
import { indicators } from '../../data/indicators.svelte.ts';
import { incidents } from '../../data/incidents.svelte.ts';
import { patterns } from '../../data/patterns.svelte.ts';
import { reports } from '../../data/reports.svelte.ts';
import { subjectOfAdvice, subjectOfAlert, type Subject } from '../../data/matter.ts';
import { floodLayer, indicatorLayer, reportLayer, toVillages, type Layer } from '../../map/layer.ts';
import { local, t } from '../../ui/i18n.svelte.ts';
import Agenda from './Agenda.svelte';
import MatterChart from './MatterChart.svelte';

export { Agenda, MatterChart, subjectOfAdvice, subjectOfAlert };

/** The category of which a subject is, "" for none or all. */
export function categoryOf(subject: Subject | undefined): string {
  if (subject?.of === 'reports') return subject.category;
  if (subject?.of !== 'incident') return '';
  return subject.category || (incidents.get(subject.id)?.category ?? '');
}

/** What the map of Ringkasan shows of a matter; undefined where it shows all reports. */
export function layerOf(subject: Subject | undefined): Layer | undefined {
  const codes = areas.level('kelurahan').map((a) => a.code);
  if (subject?.of === 'indicator') {
    const indicator = indicators.get(subject.slug);
    const states = indicators.at(subject.slug);
    if (!indicator || indicator.grain === 'city' || states.length === 0) return undefined;
    const values = toVillages(new Map(states.map((s) => [s.area_code, s.value])), codes);
    return indicatorLayer(indicator, states, values, local(indicator.name, indicator.name_en));
  }
  if (subject?.of === 'flood') {
    const ranks = ['risk.none', 'severity.perhatian', 'severity.siaga', 'severity.awas'] as const;
    const picture = patterns.flood.value;
    const text = { title: t('layer.flood', { n: 6 }), unit: '' };
    return (
      picture &&
      floodLayer(
        picture,
        6,
        text,
        ranks.map((r) => t(r)),
      )
    );
  }
  const category = categoryOf(subject);
  if (!category || !reports.counts.value) return undefined;
  return reportLayer(reports.counts.value, codes, category, reports.span.hours, {
    title: `${t('layer.reports')}: ${catalogue.category(category)}`,
    unit: t('span.last_24h'),
  });
}
