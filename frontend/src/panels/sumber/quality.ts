import type { QualityParams, QualityRule } from '../../api/types.ts';
import { figure } from '../../ui/format.ts';
import { t } from '../../ui/i18n.svelte.ts';

/** A number of a rule or a value as it came: in six digits at most, but every whole one. */
export function exact(v: number): string {
  const whole = v === 0 ? 1 : Math.floor(Math.log10(Math.abs(v))) + 1;
  const [, fraction = ''] = v.toFixed(Math.min(12, Math.max(0, 6 - whole))).split('.');
  return figure(v, fraction.replace(/0+$/, '').length);
}

function bounds({ min, max }: QualityParams): string {
  if (min !== undefined && max !== undefined)
    return t('quality.says.between', { min: exact(min), max: exact(max) });
  if (min !== undefined) return t('quality.says.min', { min: exact(min) });
  if (max !== undefined) return t('quality.says.max', { max: exact(max) });
  return t('quality.says.declared');
}

/** What a rule says, in words. */
export function says(rule: QualityRule): string {
  const p = rule.params;
  switch (rule.kind) {
    case 'mustahil':
      return bounds(p);
    case 'penanda_kosong': {
      const markers = [...(p.zero ? [0] : []), ...(p.markers ?? [])].map(exact).join('; ');
      return t('quality.says.markers', { markers, beyond: exact(p.beyond ?? 0) });
    }
    case 'macet':
      return (
        t('quality.says.stuck', {
          n: exact(p.values ?? 0),
          hours: exact(p.hours ?? 0),
          factor: exact(p.factor ?? 0),
        }) + (p.zero ? '' : ` ${t('quality.says.stuck_zero')}`)
      );
    case 'di_bawah_nol':
      return t('quality.says.below_zero');
    case 'lompat':
      return t('quality.says.jump', { factor: exact(p.factor ?? 0), hours: exact(p.hours ?? 0) });
    case 'usang':
      return t('quality.says.outdated', { factor: exact(p.factor ?? 0) });
    case 'hari_ganda':
      return t('quality.says.repeated');
    case 'bertentangan':
      return t('quality.says.contradicted', {
        share: exact(Math.round((p.tolerance ?? 0) * 1000) / 10),
        hours: exact(p.hours ?? 0),
      });
    default:
      return (
        t('quality.says.totals', { words: (p.words ?? []).join(', ') }) +
        (p.values ? ` ${t('quality.says.totals_unnamed', { n: exact(p.values) })}` : '')
      );
  }
}
