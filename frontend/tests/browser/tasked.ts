import type { Browser, Page } from 'playwright-core';
import type { Double } from '../double/server.mjs';
import { scene, until, type SceneOptions } from './stage.ts';

/* A lurah's phone before the test double, and what tests of it look for. */

export const lurah = (double: Double) => {
  double.role = 'lurah';
  double.officer = { id: 7, area_code: '64.72.03.1004', area_name: 'Sidodadi' };
};
/** Opens a lurah's phone at the tasks. */
export const phoneBy =
  (browser: () => Browser) =>
  (more: SceneOptions = {}) =>
    scene(browser(), { size: 'phone', path: '/tugas', prepare: lurah, ...more });
export const cards = (page: Page) => page.locator('article.card');
export const ready = (page: Page) => until(async () => (await cards(page).count()) > 0, 'tasks on screen');
export const press = (page: Page, name: RegExp | string, nth = 0) =>
  page.getByRole('button', { name }).nth(nth).click();
/** The worker has kept the shell, and the page is its. */
export const kept = (page: Page) =>
  until(
    () =>
      page.evaluate(async () => {
        const ready = await navigator.serviceWorker.ready;
        return ready.active?.state === 'activated' && navigator.serviceWorker.controller !== null;
      }),
    'the service worker keeps the shell',
  );
/** The officer's list stands in the phone's own storage. */
export const listKept = (page: Page) =>
  until(
    () =>
      page.evaluate(
        () =>
          new Promise<boolean>((done) => {
            const asked = indexedDB.open('balaikota');
            asked.onsuccess = () => {
              const db = asked.result;
              const all = db.transaction('kept').objectStore('kept').getAllKeys();
              all.onsuccess = () => {
                db.close();
                const keys = all.result.map((k) => String((k as unknown[])[1]));
                done(['tasks', 'kelurahan', 'session', 'detail:11'].every((k) => keys.includes(k)));
              };
            };
            asked.onerror = () => done(false);
          }),
      ),
    'the phone keeps the list',
  );

export async function note(page: Page, words: string): Promise<void> {
  await page.locator('article.card summary').first().click();
  await page.locator('article.card').first().getByRole('button', { name: 'Catatan' }).click();
  await page.getByLabel('Keterangan').fill(words);
  await press(page, /Simpan, kirim|^Kirim$/);
  await until(async () => (await page.locator('dialog[open]').count()) === 0, 'the form is closed');
  await page.locator('article.card summary').first().click();
}
