import type { Alert } from '../api/types.ts';
import { address } from '../address.ts';

/** Where an alert leads. */
export interface Way {
  to: 'incident' | 'incidents' | 'map' | 'reports' | 'sources';
  href: string;
}

/*
 * Keys name what an alert is about: "surge:CATEGORY:AREA", "hotspot:CATEGORY:AREA",
 * "overdue:OFFICE", "breach:OFFICE", "source:SLUG", "incident:NUMBER".
 */
const category = /^[a-z0-9]+(-[a-z0-9]+)*$/;

function categoryOf(alert: Alert): string {
  const part = alert.key.split(':')[1] ?? '';
  return category.test(part) ? part : '';
}
const areaOf = (alert: Alert) => (alert.area_codes.length === 1 ? (alert.area_codes[0] ?? '') : '');

/** The ways from an alert to where it can be judged, the best one first. */
export function waysOf(alert: Alert, isCategory: (slug: string) => boolean): Way[] {
  const map = (lapisan = ''): Way => ({
    to: 'map',
    href: address('/peta', { lapisan, peringatan: alert.key }),
  });
  const slug = categoryOf(alert);
  const kategori = isCategory(slug) ? slug : '';
  const wilayah = areaOf(alert);
  const reports = (more: Record<string, string> = {}): Way => ({
    to: 'reports',
    href: address('/laporan', { wilayah, kategori, ...more }),
  });
  switch (alert.kind) {
    case 'incident': {
      const id = /^incident:(\d+)/.exec(alert.key)?.[1];
      return [
        id ? { to: 'incident', href: `/kejadian/${id}` } : { to: 'incidents', href: '/kejadian' },
        map('kejadian'),
      ];
    }
    case 'hotspot':
      return [map('titik-panas'), { to: 'incidents', href: address('/kejadian', { wilayah, kategori }) }];
    case 'flood':
      return [map('banjir-6'), { to: 'incidents', href: address('/kejadian', { wilayah }) }];
    case 'anomaly':
    case 'surge':
      return [
        map(kategori),
        reports(),
        { to: 'incidents', href: address('/kejadian', { wilayah, kategori }) },
      ];
    case 'silent':
      return [map(kategori), reports()];
    case 'overdue':
      return [reports({ lewat: '1', kategori: '', opd: alert.office ?? '' })];
    case 'breach':
      return [reports({ status: 'open,in_progress', kategori: '', opd: alert.office ?? '' })];
    case 'source':
    case 'service':
      return [{ to: 'sources', href: alert.source ? `/sumber/${alert.source}` : '/sumber' }];
    default:
      return wilayah ? [map(), reports()] : [map()];
  }
}
