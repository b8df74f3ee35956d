import { beforeAll, describe, expect, it } from 'vitest';
import type { DispositionDetail, Office } from '../../../src/api/types.ts';
import type { Person, Walk } from '../real.ts';
import { shows, until } from '../stage.ts';
import type { World } from './world.ts';

/* Those who are sent work: the head of an office, camat, lurah. Each size has a task of its own. */

const village = '64.72.03.1004';
const district = '64.72.03';
const sekda = ['--role', 'sekda'];

const detail = (w: Walk, id: number) => w.ask<DispositionDetail>(`/api/dispositions/${id}`);
const card = (w: Walk, subject: string) => w.page.locator('article.card').filter({ hasText: subject });
const arrived = async (w: Walk, id: number, kind: string) =>
  (await detail(w, id)).steps.find((s) => s.kind === kind);

/** Takes one step by its large button, and waits until the server has it. */
async function step(
  w: Walk,
  subject: string,
  name: string,
  kind: string,
  id: number,
  fill?: () => Promise<void>,
) {
  // Where a test is tried again it may have been taken before.
  if (await arrived(w, id, kind)) return;
  await card(w, subject)
    .getByRole('button', { name: new RegExp(`^${name} ?:`) })
    .click();
  if (fill) {
    await fill();
    await w.press('Kirim');
  }
  await until(async () => (await w.page.locator('dialog[open]').count()) === 0, 'the form is closed');
  await until(async () => (await arrived(w, id, kind)) !== undefined, `${kind} has arrived`, 30_000);
}
const words = (w: Walk, text: string) => w.page.getByLabel('Keterangan').fill(text);

/** What is behind "more" on a card. */
async function more(w: Walk, subject: string, name: string): Promise<void> {
  await card(w, subject).locator('summary').click();
  await card(w, subject).getByRole('button', { name, exact: true }).click();
}

async function photo(w: Walk): Promise<void> {
  await w.press('Ambil foto');
  const shutter = w.page.getByRole('button', { name: 'Potret' });
  await until(() => shutter.isEnabled(), 'the camera is on', 30_000);
  await shutter.click();
  await until(async () => (await w.page.locator('dialog fieldset img').count()) === 1, 'the photo is there');
}

export function tasks(world: () => World): void {
  const ids: Record<string, number> = {};
  let below = '';
  const open = (who: Person, size: 'desktop' | 'phone', theme?: 'light' | 'dark') =>
    world().program.walk(world().browser, who, size, size === 'phone' ? '/' : '/tugas', theme);
  const officer = (name: string, ...rights: string[]) => world().program.officer(name, ...rights);
  const head = () => officer('dpupr.uji', '--role', 'kepala_opd', '--office', 'DPUPR');
  const camat = () => officer('camat.uji', '--role', 'camat', '--area', district);
  const lurah = () => officer('lurah.uji', '--role', 'lurah', '--area', village);

  beforeAll(async () => {
    const { program } = world();
    const offices = await program.ask<Office[]>(sekda, '/api/offices');
    const kecamatan = offices.find((o) => o.kind === 'kecamatan' && o.area_code === district)?.short_name;
    below = offices.find((o) => o.kind === 'kelurahan' && o.area_code === village)?.short_name ?? '';
    for (const [office, subject] of [
      ['DPUPR', 'Keruk parit Gang Melati'],
      ['DPUPR', 'Tambal jalan Merdeka'],
      [kecamatan, 'Bersihkan tepi sungai'],
      [kecamatan, 'Periksa lampu gang'],
    ] as const) {
      const sent = await program.ask<DispositionDetail>(sekda, '/api/dispositions', {
        client_id: crypto.randomUUID(),
        office,
        copies: [],
        nature: 'segera',
        subject,
        instruction: 'Kerjakan dan laporkan keadaannya.',
        due_days: 3,
        area_code: village,
        place: 'Gang Melati',
        lon: 117.148,
        lat: -0.487,
        incidents: [],
        reports: [],
        attachments: [],
      });
      ids[subject] = sent.id;
    }
  }, 60_000);

  describe('kepala OPD', () => {
    it('at the desk: accepts and tells how far it is', async () => {
      const subject = 'Keruk parit Gang Melati';
      const w = await open(head(), 'desktop');
      await until(async () => (await card(w, subject).count()) === 1, 'the task', 30_000);
      await step(w, subject, 'Terima', 'accept', ids[subject] ?? 0);
      await step(w, subject, 'Lapor', 'progress', ids[subject] ?? 0, () => words(w, 'Alat sudah di lokasi.'));
      expect(await detail(w, ids[subject] ?? 0)).toMatchObject({ status: 'working', percent: 10 });
      expect((await arrived(w, ids[subject] ?? 0, 'progress'))?.text).toBe('Alat sudah di lokasi.');
      await w.end();
    }, 90_000);

    it('on the phone: begins at the tasks, and says what is in the way', async () => {
      const subject = 'Tambal jalan Merdeka';
      const w = await open(head(), 'phone', 'dark');
      await until(async () => (await card(w, subject).count()) === 1, 'the task', 30_000);
      expect(new URL(w.page.url()).pathname).toBe('/tugas');
      await step(w, subject, 'Terima', 'accept', ids[subject] ?? 0);
      await step(w, subject, 'Kendala', 'hinder', ids[subject] ?? 0, async () => {
        await w.page.getByLabel('Dana', { exact: true }).check();
        await words(w, 'Aspal belum dianggarkan.');
        await w.station();
      });
      expect(await detail(w, ids[subject] ?? 0)).toMatchObject({ status: 'hindered', obstacle: 'dana' });
      await w.end();
    }, 90_000);
  });

  describe('camat', () => {
    for (const [size, subject] of [
      ['desktop', 'Bersihkan tepi sungai'],
      ['phone', 'Periksa lampu gang'],
    ] as const)
      it(`at ${size}: accepts and passes on to a lurah`, async () => {
        const id = ids[subject] ?? 0;
        const w = await open(camat(), size);
        await until(async () => (await card(w, subject).count()) === 1, 'the task', 30_000);
        await step(w, subject, 'Terima', 'accept', id);
        await more(w, subject, 'Teruskan ke lurah');
        await w.page.getByLabel('Teruskan kepada').selectOption(below);
        await w.station();
        await w.press('Kirim');
        await until(async () => (await arrived(w, id, 'pass_on')) !== undefined, 'it is passed on', 30_000);
        const after = await detail(w, id);
        expect(after.status).toBe('passed_on');
        expect(after.chain.find((d) => d.parent_id === id)).toMatchObject({ office: below, status: 'sent' });
        await w.end();
      }, 90_000);
  });

  describe('lurah', () => {
    it('on the phone: accepts, and closes with a photo from the place', async () => {
      const subject = 'Bersihkan tepi sungai';
      const w = await open(lurah(), 'phone');
      await until(
        async () => (await card(w, subject).count()) === 1,
        'the task that the camat passed on',
        30_000,
      );
      const own = (await w.ask<{ items: { id: number; subject: string }[] }>('/api/dispositions?limit=50'))
        .items;
      const id = own.find((d) => d.subject === subject)?.id ?? 0;
      await step(w, subject, 'Terima', 'accept', id);
      await step(w, subject, 'Selesai', 'finish', id, async () => {
        await words(w, 'Tepi sungai bersih.');
        await photo(w);
        await w.station();
      });
      expect((await arrived(w, id, 'finish'))?.proofs).toHaveLength(1);
      const proofs = await w.ask<{ stage: string; lon?: number }[]>(`/api/dispositions/${id}/proofs`);
      expect(proofs).toMatchObject([{ stage: 'after', lon: 117.148 }]);
      await shows(w.page, 'Semua sudah terkirim.');
      await w.end();
    }, 90_000);

    it('at the desk: reads the whole task and asks back', async () => {
      const subject = 'Periksa lampu gang';
      const w = await open(lurah(), 'desktop', 'dark');
      await card(w, subject).locator('h3 a').click();
      await until(() => /\/tugas\/\d+$/.test(w.page.url()), 'the task has an address');
      const id = Number(/\d+$/.exec(w.page.url())?.[0]);
      await shows(w.page, 'Kerjakan dan laporkan keadaannya.');
      await step(w, subject, 'Terima', 'accept', id);
      await more(w, subject, 'Tanya');
      await w.page.getByLabel('Pertanyaan', { exact: true }).fill('Lampu di gang yang mana?');
      await w.press('Kirim');
      await until(
        async () => (await arrived(w, id, 'ask')) !== undefined,
        'the question has arrived',
        30_000,
      );
      expect((await arrived(w, id, 'ask'))?.text).toBe('Lampu di gang yang mana?');
      await w.end();
    }, 90_000);
  });
}
