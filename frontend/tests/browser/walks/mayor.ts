import { describe, expect, it } from 'vitest';
import type { BriefingHead, Recommendation } from '../../../src/api/types.ts';
import type { Walk } from '../real.ts';
import { shows, textOf, until } from '../stage.ts';
import type { World } from './world.ts';

/* Wali kota: what needs me now, decide, ask, read the sheet of the morning. */

interface Talk {
  exchanges: { question: { text: string }; answer: { status: string; text: string; receipt?: string } }[];
}

const advised = (w: Walk) =>
  until(
    async () => (await w.page.getByRole('button', { name: 'Setujui & disposisi' }).count()) === 1,
    'advice that waits for a decision',
    120_000,
  );
const decided = async (w: Walk, status: string, reason: string) =>
  (await w.ask<{ items: Recommendation[] }>(`/api/recommendations?status=${status}&limit=200`)).items.find(
    (r) => r.reason === reason,
  );

/** Asks in words and finds the answer on screen and in the conversation that is kept. */
async function ask(w: Walk, question: string): Promise<void> {
  await w.page.getByLabel('Pertanyaan', { exact: true }).fill(question);
  await w.page.locator('form.composer button.send').click();
  const last = w.page.locator('article.exchange').last();
  await until(
    async () => (await last.locator(':scope > [data-status=answered]').count()) === 1,
    `an answer to: ${question}`,
    60_000,
  );
  const [newest] = await w.ask<{ id: number }[]>('/api/conversations');
  const kept = (await w.ask<Talk>(`/api/conversations/${newest?.id}`)).exchanges.at(-1);
  expect(kept).toMatchObject({ question: { text: question }, answer: { status: 'answered' } });
  expect(kept?.answer.receipt).toMatch(/^B-\d+$/);
  expect(await last.locator('.answer-text').first().innerText()).toBe(kept?.answer.text);
}

/** Opens the newest sheet of the morning from Ringkasan. */
async function sheet(w: Walk): Promise<void> {
  await w.page.getByRole('link', { name: /^Lembar pagi / }).click();
  await until(() => /\/lembar\/\d+$/.test(w.page.url()), 'the sheet has an address');
  const number = Number(/\d+$/.exec(w.page.url())?.[0]);
  const head = await w.ask<{ number: number; sheet: { title: string } }>(`/api/briefings/${number}`);
  await shows(w.page, head.sheet.title);
  await shows(w.page, `Nomor ${head.number}`);
  await w.station();
  const pdf = await w.context.request.get(`${w.program.url}/lembar/${number}.pdf`);
  expect((await pdf.body()).subarray(0, 5).toString()).toBe('%PDF-');
}

export function mayor(world: () => World): void {
  const open = (size: 'desktop' | 'phone' | 'wall', theme?: 'light' | 'dark') => {
    const { program, browser } = world();
    return program.walk(browser, program.officer('walikota'), size, '/', theme);
  };

  describe('wali kota', () => {
    it('at the desk: approves advice, asks, has the sheet of the morning made', async () => {
      const w = await open('desktop');
      await advised(w);
      await w.station();
      await w.press('Setujui & disposisi');
      await w.press('Kirim sekarang');
      let number = '';
      await until(async () => {
        number = /Disposisi terkirim: (DSP\/\d+\/[IVX]+\/\d+)/.exec(await textOf(w.page))?.[1] ?? '';
        return number !== '';
      }, 'it is sent');
      const list = await w.ask<{ items: { number: string; recommendation_id: number; from_role: string }[] }>(
        '/api/dispositions?limit=50',
      );
      const sent = list.items.find((d) => d.number === number);
      expect(sent?.from_role).toBe('wali_kota');
      const approved = await w.ask<{ items: Recommendation[] }>('/api/recommendations?status=approved');
      expect(approved.items.find((r) => r.id === sent?.recommendation_id)?.disposition_number).toBe(number);
      await w.page.getByRole('link', { name: 'Buka disposisi' }).click();
      await shows(w.page, 'Rantai disposisi');
      await w.station();
      await w.page.keyboard.press('/');
      await ask(w, 'Berapa laporan sampah 7 hari terakhir?');
      await w.station();
      await w.page.keyboard.press('Escape');
      await w.go('/');
      // From six in the morning on the city has made its own, and offers another only after some hours.
      const [newest] = (await w.ask<{ items: BriefingHead[] }>('/api/briefings?limit=1')).items;
      if (newest && Date.now() - Date.parse(newest.at) < 3 * 3_600_000)
        await w.page.locator(`a[href="/lembar/${newest.number}"]`).first().click();
      else await w.press('Buat lembar pagi');
      await until(() => /\/lembar\/\d+$/.test(w.page.url()), 'the sheet is made', 30_000);
      await w.page.goBack();
      await sheet(w);
      await w.end();
    }, 240_000);

    it('on the phone: declines with a reason, asks, reads the sheet', async () => {
      const w = await open('phone', 'dark');
      await advised(w);
      await w.station();
      const reason = 'Sudah dikerjakan kecamatan sejak pagi.';
      await w.press('Tolak');
      await w.page.getByLabel('Alasan').fill(reason);
      await w.station();
      await w.press('Tolak usulan');
      await until(async () => (await decided(w, 'declined', reason)) !== undefined, 'it is declined');
      expect((await decided(w, 'declined', reason))?.decided_by).toBeTruthy();
      await sheet(w);
      await w.page.goBack();
      await w.go('/tanya');
      await ask(w, 'Kecamatan mana yang laporannya paling banyak minggu ini?');
      await w.end();
    }, 180_000);

    it('on a screen of 3840: postpones, and the wall says what goes on', async () => {
      const w = await open('wall');
      await advised(w);
      await w.station();
      const reason = 'Menunggu hujan reda.';
      await w.press('Tunda');
      await w.page.getByLabel('Alasan').fill(reason);
      await w.page.getByRole('dialog').getByRole('button', { name: 'Tunda', exact: true }).click();
      await until(async () => (await decided(w, 'postponed', reason)) !== undefined, 'it is postponed');
      const until_ = (await decided(w, 'postponed', reason))?.until ?? '';
      expect(Date.parse(until_)).toBeGreaterThan(Date.now());
      await w.page.goto(`${w.program.url}/tv?adegan=a`);
      await until(async () => (await w.page.locator('.wall').count()) === 1, 'the wall', 30_000);
      await shows(w.page, 'WITA');
      await w.end();
    }, 180_000);
  });
}
