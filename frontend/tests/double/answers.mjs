/* Answers to reporters, as the test double has them. */

const words = ['nomor', 'kategori', 'wilayah', 'kantor', 'diterima', 'tenggat', 'selesai', 'bukti', 'kota'];
const body =
  'Terima kasih atas laporan Anda nomor {nomor} tentang {kategori}.\nBatas penyelesaiannya {tenggat}.';

/** Templates as an officer of a role sees them. */
export function templates(role) {
  const mine = role === 'operator' || role === 'sekda';
  const of = (id, status, title) => ({
    id,
    category: '',
    status,
    title,
    body,
    enabled: true,
    version: 1,
    changed_at: '2026-11-01T02:00:00Z',
    changed_by: 'sistem',
    mine,
  });
  return { words, items: [of(1, 'open', 'Laporan diterima'), of(2, 'closed', 'Selesai ditangani')] };
}

/** What an officer of a role may answer to the reporter of a report, and what was written. */
export class Answers {
  #messages = new Map();

  of(report, role) {
    return {
      status: report.status,
      channel: report.id % 2 ? '' : 'surel',
      carried: report.id % 2 === 0,
      replies: report.id % 2 === 0,
      may: role === 'operator',
      drafts: templates(role).items.map((x) => ({
        template_id: x.id,
        title: x.title,
        fits: x.status === report.status,
        text: `Terima kasih atas laporan Anda nomor ${report.external_id}.`,
        unknown: ['tenggat'],
      })),
      missing: [],
      asks_left: 2,
      messages: this.#messages.get(report.id) ?? [],
    };
  }

  /** Takes an answer or a question; the same client_id once. */
  write(report, role, kind, sent) {
    const all = this.#messages.get(report.id) ?? [];
    if (!all.some((m) => m.client_id === sent.client_id))
      all.push({
        id: all.length + 1,
        client_id: sent.client_id,
        kind,
        text: sent.text ?? 'Di mana tepatnya?',
        at: new Date().toISOString(),
        by: role,
        channel: sent.in_person ? 'sendiri' : 'surel',
        ...(sent.in_person && { taken_at: new Date().toISOString() }),
      });
    this.#messages.set(report.id, all);
    return this.of(report, role);
  }
}
