import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, scene, until } from './stage.ts';

/* The form of a source: why it could not be tried is seen, wherever the button was pressed. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it('brings the mistake into sight and focus, and opens the fold of its field', async () => {
  const s = await scene(browser, { size: 'phone', path: '/sumber' });
  const field = (path: string, type = 'string') => ({
    path,
    type,
    doc: path,
    label_id: path,
    label_en: path,
  });
  const words = { title_id: 'CKAN', title_en: 'CKAN', description_id: 'CKAN', description_en: 'CKAN' };
  const many = Array.from({ length: 8 }, (_, i) => field(`isian${i}`));
  const fields = [field('base_url'), ...many, field('allow_private', 'boolean')];
  await s.page.route('**/api/connectors', (r) =>
    r.fulfill({ json: [{ name: 'ckan', ...words, schedule: '@every 5m', fields }] }),
  );
  await s.page.route('**/api/sources/try', (r) =>
    r.fulfill({ status: 422, json: { code: 'invalid', detail: 'private', key: 'source.failure.private' } }),
  );
  await s.page.getByRole('button', { name: 'Sambungkan sumber' }).click();
  const dialog = s.page.locator('dialog[open]');
  await dialog.locator('select').first().selectOption('ckan');
  await dialog.locator('input').first().fill('Uji');
  const tickBox = dialog.getByRole('checkbox');
  expect(await tickBox.isVisible()).toBe(false);
  await dialog.getByRole('button', { name: 'Coba' }).first().click();
  const alert = dialog.getByRole('alert');
  await until(() => alert.evaluate((e) => e === document.activeElement), 'focus on the mistake');
  expect(await alert.innerText()).toContain('belum diizinkan');
  const seen = await alert.evaluate((e) => {
    const { left, top, width, height } = e.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === e;
  });
  expect(seen).toBe(true);
  expect(await tickBox.isVisible()).toBe(true);
  expect(await tickBox.getAttribute('aria-invalid')).toBe('true');
});
