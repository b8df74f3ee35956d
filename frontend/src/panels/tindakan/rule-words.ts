import type { ActionRule } from '../../api/types.ts';
import { catalogue } from '../../data/catalogue.svelte.ts';
import { indicators } from '../../data/indicators.svelte.ts';
import { figure } from '../../ui/format.ts';
import { local, t } from '../../ui/i18n.svelte.ts';

/** Triggers in the order rules are listed. */
export const triggers = [
  'warning',
  'flood',
  'incident',
  'structural',
  'hotspot',
  'indicator',
  'forecast',
  'overdue',
  'breach',
  'silent',
] as const;

/** What must be seen for a rule to advise, in words. */
export function conditionWords(rule: ActionRule): string {
  const parts: string[] = [];
  if (rule.categories.length > 0)
    parts.push(
      t('action.rule.categories', { names: rule.categories.map((c) => catalogue.category(c)).join(', ') }),
    );
  if (rule.indicators.length > 0)
    parts.push(
      t('action.rule.indicators', {
        names: rule.indicators
          .map((slug) => {
            const found = indicators.get(slug);
            return found ? local(found.name, found.name_en) : slug;
          })
          .join(', '),
      }),
    );
  if (rule.min_severity !== 'info')
    parts.push(t('action.rule.severity', { severity: t(`severity.${rule.min_severity}`).toLowerCase() }));
  if (rule.min_voices > 1) parts.push(t('action.rule.voices', { n: figure(rule.min_voices) }));
  if (rule.min_age_hours > 0) parts.push(t('action.rule.age', { n: figure(rule.min_age_hours) }));
  return parts.length > 0 ? parts.join('; ') : t('action.rule.any');
}

/** Whom a rule names: an office, or the one that owns the matter or the place. */
export function ruleOffice(office: string): string {
  if (office === 'pemilik') return t('action.rule.office.pemilik');
  if (office === 'kelurahan') return t('action.rule.office.kelurahan');
  if (office === 'kecamatan') return t('action.rule.office.kecamatan');
  return office;
}
