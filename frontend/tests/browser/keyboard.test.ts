import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { advisedBy, first, items, listed } from './advised.ts';
import { axe, launch, scene, shows, until } from './stage.ts';

/* Everything by keyboard: each view, each control, with the focus in sight, at 200 % zoom too. */

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** What can have the focus on the page but does not show it, or not all of it can be seen. */
async function hidden(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const all = [
      ...document.querySelectorAll<HTMLElement>(
        'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]',
      ),
    ].filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0);
    const outlined = (e: Element | null): boolean => {
      for (let at = e, up = 0; at && up < 4; at = at.parentElement, up++) {
        for (const style of [getComputedStyle(at), getComputedStyle(at, '::after')])
          if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) return true;
      }
      return false;
    };
    const wrong: string[] = [];
    for (const e of all) {
      // Without WebGL the plain map takes the place of the other meanwhile.
      if (!e.isConnected) continue;
      const name = `${e.tagName} ${(e.ariaLabel ?? e.innerText ?? e.id).trim().slice(0, 40)} .${e.className}`;
      e.focus({ focusVisible: true } as FocusOptions);
      if (document.activeElement !== e && e.isConnected) {
        wrong.push(`${name}: takes no focus`);
        continue;
      }
      if (!outlined(e)) wrong.push(`${name}: no outline`);
      e.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      await frame();
      const box = e.getBoundingClientRect();
      const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
      const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
      if (right - left < Math.min(8, box.width) || bottom - top < Math.min(8, box.height)) {
        wrong.push(`${name}: off the screen`);
        continue;
      }
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (over && over !== e && !e.contains(over) && !over.contains(e) && !over.closest('label')?.contains(e))
        wrong.push(`${name}: covered by ${over.tagName}.${over.className}`);
    }
    (document.activeElement as HTMLElement | null)?.blur();
    return wrong;
  });
}

it('reaches every view and every control, in sight, at 200 % zoom', async () => {
  const s = await scene(browser, {
    path: '/pengaturan',
    prepare: (d) => {
      d.role = 'camat';
      d.actions.advice = true;
    },
  });
  const { page } = s;
  // 1440 by 900 at 200 %.
  await page.setViewportSize({ width: 720, height: 450 });
  await until(async () => (await page.locator('.rail a').count()) === 12, 'the way to twelve views');
  const paths = await page
    .locator('.rail a')
    .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
  const wrong: string[] = [];
  for (const path of paths) {
    await page.locator(`.rail a[href="${path}"]`).focus();
    await page.keyboard.press('Enter');
    await until(() => new URL(page.url()).pathname === path, `${path} by Enter`);
    await until(
      async () =>
        (await page.locator('main .skeleton').count()) === 0 &&
        (await page.locator('main').innerText()).length > 40,
      `${path} stands`,
    );
    for (const what of await hidden(page)) wrong.push(`${path}: ${what}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) wrong.push(`${path}: ${over} px wider than the screen`);
  }
  expect(wrong).toEqual([]);
  expect(s.errors).toEqual([]);
  await s.close();
}, 90_000);

it('goes where the keys of the sheet say, and nowhere while one types', async () => {
  const s = await scene(browser, { prepare: (d) => (d.actions.advice = true) });
  const { page } = s;
  await shows(page, 'Perlu perhatian sekarang');
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Pintasan papan tik' });
  await until(async () => (await sheet.locator('dt').count()) > 25, 'the sheet');
  await page.keyboard.press('Escape');
  await until(async () => (await sheet.count()) === 0, 'the sheet is closed');
  for (const [key, path] of Object.entries({
    p: '/peta',
    t: '/tindakan',
    i: '/kejadian',
    l: '/laporan',
    q: '/tanya',
    s: '/sumber',
    m: '/rapat',
    o: '/perangkat',
    r: '/',
  })) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await until(() => new URL(page.url()).pathname === path, `g ${key} leads to ${path}`);
    if (key !== 'q') continue;
    // There the question's field takes the keys; one leaves it first.
    const field = page.getByRole('textbox', { name: 'Pertanyaan' });
    await until(() => field.evaluate((e) => e === document.activeElement), 'the field takes the keys');
    await field.evaluate((e) => (e as HTMLElement).blur());
  }
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const before = await theme();
  await page.keyboard.press('Shift+T');
  expect(await theme()).not.toBe(before);
  // What is typed into the box that jumps is words, no keys of the views.
  const box = page.getByRole('combobox', { name: 'Layar, tempat, nomor, atau kata' });
  await page.keyboard.press('Control+k');
  await until(() => box.evaluate((e) => e === document.activeElement), 'the box takes the keys');
  await page.keyboard.type('g p?/');
  expect(await box.inputValue()).toBe('g p?/');
  expect(new URL(page.url()).pathname).toBe('/');
  await box.fill('sumb');
  await until(async () => (await page.getByRole('option').count()) > 2, 'views, a search and a question');
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await until(() => new URL(page.url()).pathname === '/sumber', 'the first choice');
  await page.keyboard.press('Control+k');
  await until(() => box.evaluate((e) => e === document.activeElement), 'the box again');
  await page.keyboard.type('saluran');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await until(() => new URL(page.url()).search === '?q=saluran', 'a search in the reports');
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('/');
  await until(async () => (await page.getByRole('dialog', { name: 'Tanya' }).count()) === 1, 'asking');
  await page.keyboard.press('Escape');
  await until(async () => (await page.getByRole('dialog').count()) === 0, 'closed again');
  expect(s.errors).toEqual([]);
  await s.close();
});

it('opens the disposition sheet of the open advice by d, and decides nothing by it', async () => {
  const s = await advisedBy(() => browser)();
  const { page } = s;
  await listed(page);
  await shows(page, 'Setujui & disposisi');
  const sheet = page.getByRole('dialog');
  await page.keyboard.press('d');
  await until(async () => (await sheet.getByLabel('Perihal').count()) === 1, 'the sheet');
  expect(await sheet.getByLabel('Perihal').inputValue()).toContain(first);
  await page.keyboard.press('Escape');
  await until(async () => (await sheet.count()) === 0, 'it is closed');
  await page.keyboard.press('j');
  const second = await items(page).nth(1).locator('h3, .headline, strong, b').first().innerText();
  await until(async () => (await items(page).nth(1).getByText('Setujui & disposisi').count()) === 1, 'open');
  await page.keyboard.press('d');
  await until(async () => (await sheet.getByLabel('Perihal').count()) === 1, 'the sheet of the second');
  expect(await sheet.getByLabel('Perihal').inputValue()).not.toContain(first);
  expect(second).not.toBe('');
  expect(s.double.actions.decided).toEqual([]);
  expect(s.errors).toEqual([]);
  await s.close();
  // Who may not decide is not asked to.
  const other = await advisedBy(() => browser)({ role: 'auditor' });
  await listed(other.page);
  await other.page.keyboard.press('d');
  await other.page.keyboard.press('?');
  await shows(other.page, 'Lembar disposisi dari saran yang terbuka');
  expect(await other.page.getByLabel('Perihal').count()).toBe(0);
  await other.close();
});

it('prints the sheet of what is shown by Ctrl and P, and leaves the key alone when switched off', async () => {
  const s = await scene(browser, {
    path: '/tanya',
    prepare: (d) => {
      d.role = 'wali_kota';
      d.actions.advice = true;
    },
  });
  const { page } = s;
  await page.evaluate(() => {
    window.print = () => undefined;
    addEventListener('keydown', (e) => {
      // Once all have heard it.
      if (e.ctrlKey && e.key === 'p')
        setTimeout(() => (document.body.dataset.left = String(!e.defaultPrevented)));
    });
  });
  await page.getByRole('textbox', { name: 'Pertanyaan' }).fill('Berapa laporan sampah 7 hari terakhir?');
  await page.keyboard.press('Enter');
  await shows(page, 'Ada 214 laporan sampah');
  await page.keyboard.press('Control+p');
  await until(async () => (await page.locator('.answer-sheet').count()) === 1, 'the answer on paper');
  expect(await page.evaluate(() => document.body.dataset.left)).toBe('false');
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));

  const head = { number: 7, at: new Date().toISOString(), day: '2026-11-23' };
  await page.route('**/api/briefings*', (route) => route.fulfill({ json: { items: [head] } }));
  await page.route('**/lembar/7', (route) =>
    route.fulfill({ contentType: 'text/html', body: 'Lembar pagi no. 7' }),
  );
  await page.locator('.rail a[href="/"]').click();
  await until(async () => (await page.locator('a[href="/lembar/7"]').count()) === 1, 'the sheet is known');
  await page.keyboard.press('Control+p');
  await until(() => page.url().endsWith('/lembar/7'), 'the sheet of the morning');

  await page.evaluate(() => localStorage.setItem('balaikota.prefs', JSON.stringify({ shortcuts: false })));
  await page.goto(`${s.url}/`);
  await until(async () => (await page.locator('a[href="/lembar/7"]').count()) === 1, 'the sheet is known');
  await page.keyboard.press('Control+p');
  expect(page.url()).toBe(`${s.url}/`);
  await s.close();
});

it('reads the latest answer aloud by m, and is silent by m', async () => {
  const s = await scene(browser, { path: '/tanya' });
  const { page } = s;
  await page.getByRole('textbox', { name: 'Pertanyaan' }).fill('Berapa laporan sampah 7 hari terakhir?');
  await page.keyboard.press('Enter');
  await shows(page, 'Ada 214 laporan sampah');
  await until(async () => (await page.getByRole('button', { name: 'Bacakan' }).count()) === 1, 'a voice');
  const asked = () => s.double.assistant.sent.filter((m) => m.path === 'POST /api/voice/speech').length;
  await page.keyboard.press('m');
  // In the field it is a letter.
  expect(asked()).toBe(0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('m');
  await until(() => asked() === 1, 'it is read');
  await s.close();
});
