import { address } from '../address.ts';
import type { Evidence } from '../api/types.ts';

/** Where the rows under a line of evidence can be opened; undefined when it has none of its own. */
export function evidenceWay(e: Evidence): string | undefined {
  const wilayah = e.area_code ?? '';
  const first = e.ids?.[0];
  switch (e.kind) {
    case 'incident':
      return first ? `/kejadian/${first}` : '/kejadian';
    case 'report':
      if (e.ids?.length === 1) return `/laporan/${first}`;
      return address('/laporan', { wilayah, kategori: plain(e.key) });
    case 'pattern':
      return '/kejadian?tampil=pola';
    case 'forecast':
      return address('/peta', { wilayah, lapisan: e.key === 'reports' ? '' : plain(e.key) });
    case 'indicator':
      return e.key ? address('/', { indikator: plain(e.key) }) : undefined;
    case 'flood':
      return address('/peta', { lapisan: 'banjir-6', wilayah });
    case 'alert':
      return e.key ? address('/peta', { peringatan: e.key }) : undefined;
    case 'deadline':
      if (e.ids?.length === 1) return `/laporan/${first}`;
      return address('/laporan', {
        wilayah,
        opd: e.key?.split(':')[1] ?? '',
        ...(e.key?.startsWith('overdue') ? { lewat: '1' } : { status: 'open,in_progress' }),
      });
    case 'measure':
      return '/tanya';
    case 'effect':
      return first ? `/tindakan/${first}` : undefined;
  }
}

/** A key's own name: "jalan-rusak" of "jalan-rusak:64.72" or of "jalan-rusak|64.72". */
const plain = (key = '') => key.split(/[:|]/)[0] ?? '';
