import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { kept, press, ready, phoneBy } from './tasked.ts';
import { axe, launchWhole, shows, textOf, until } from './stage.ts';

/* The installed app: new versions, pushes, notices. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchWhole();
});
afterAll(() => browser.close());
const phone = phoneBy(() => browser);

describe('the app itself', () => {
  it('waits with a new version until the reader loads it', async () => {
    const s = await phone();
    await ready(s.page);
    await kept(s.page);
    s.double.worker = '// a newer build\n';
    await s.page.evaluate(async () => {
      await (await navigator.serviceWorker.ready).update();
    });
    await shows(s.page, 'Versi baru siap.');
    await press(s.page, 'Muat ulang');
    await until(
      async () => !(await textOf(s.page)).includes('Versi baru siap.'),
      'the new version is in use',
    );
    await ready(s.page);
    await s.close();
  });

  it('shows a push and leads to its one screen', async () => {
    const s = await phone({ path: '/' });
    await s.context.grantPermissions(['notifications']);
    await kept(s.page);
    const devtools = await s.context.newCDPSession(s.page);
    const registered = new Promise<string>((done) =>
      devtools.on(
        'ServiceWorker.workerRegistrationUpdated',
        (e: { registrations: { registrationId: string }[] }) => {
          const id = e.registrations[0]?.registrationId;
          if (id) done(id);
        },
      ),
    );
    await devtools.send('ServiceWorker.enable');
    const data = JSON.stringify({
      title: 'Balaikota',
      body: '1 tindakan baru. Buka aplikasi.',
      path: '/tugas/12',
    });
    await devtools.send('ServiceWorker.deliverPushMessage', {
      origin: s.url,
      registrationId: await registered,
      data,
    });
    const notes = () =>
      s.page.evaluate(async () =>
        (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => [n.body, n.data]),
      );
    await until(async () => (await notes()).length === 1, 'the notice is shown');
    expect(await notes()).toEqual([['1 tindakan baru. Buka aplikasi.', { path: '/tugas/12' }]]);
    await s.close();
  });

  it('lists notices behind the bell, with what is unread', async () => {
    const s = await phone();
    await ready(s.page);
    const bell = s.page.getByRole('button', { name: 'Pemberitahuan, 2 belum dibaca' });
    await until(async () => (await bell.count()) === 1, 'two unread');
    await bell.click();
    expect(await axe(s.page)).toEqual([]);
    await s.page
      .getByRole('link', { name: /lampu jalan/ })
      .last()
      .click();
    await until(() => s.page.url().endsWith('/tugas/12'), 'its screen');
    await until(
      async () => (await s.page.getByRole('button', { name: 'Pemberitahuan, 1 belum dibaca' }).count()) === 1,
      'one unread',
    );
    await s.close();
  });

  it('keeps the officer’s own choice of ways and quiet hours', async () => {
    const s = await phone({ path: '/pengaturan' });
    await until(async () => (await s.page.getByLabel('Dari', { exact: true }).count()) === 1, 'the settings');
    await s.page.getByLabel('Kirim surel').check();
    await s.page.getByLabel('Surel', { exact: true }).fill('lurah@contoh.example');
    await s.page.getByLabel('Sampai', { exact: true }).fill('06.00');
    await press(s.page, 'Simpan');
    await shows(s.page, 'Tersimpan.');
    expect(s.double.tasks.preferences).toMatchObject({
      channels: ['push', 'surel'],
      email: 'lurah@contoh.example',
      quiet_until: '06.00',
    });
    await s.close();
  });

  it('binds a chat by a code that is sent from there, and lets go of it', async () => {
    const s = await phone({ path: '/pengaturan' });
    const card = s.page.getByRole('region', { name: 'WhatsApp dan Telegram' });
    await card.getByRole('button', { name: 'Tampilkan kode' }).click();
    await until(async () => (await card.getByText('BK 12345678').count()) === 1, 'the line to send');
    expect(await card.getByRole('link', { name: 'Buka WhatsApp' }).getAttribute('href')).toBe(
      'https://wa.me/62541000000?text=BK%2012345678',
    );
    expect(await axe(s.page)).toEqual([]);
    s.double.tasks.bind('whatsapp');
    await until(async () => (await card.getByText('•••• 0001').count()) === 1, 'the bound chat');
    await shows(s.page, 'Terhubung.');
    expect(await card.getByText('BK 12345678').count()).toBe(0);
    await s.page.getByLabel('Kirim WhatsApp').check();
    await s.page.getByRole('group', { name: 'Coba dahulu' }).getByText('WhatsApp').click();
    await press(s.page, 'Simpan');
    await shows(s.page, 'Tersimpan.');
    expect(s.double.tasks.preferences).toMatchObject({ channels: ['whatsapp', 'push'] });
    expect(await axe(s.page)).toEqual([]);
    await press(s.page, 'Lepas WhatsApp •••• 0001');
    await shows(s.page, 'Obrolan dilepas.');
    expect(await s.page.getByLabel('Kirim WhatsApp').count()).toBe(0);
    expect(s.errors).toEqual([]);
    await s.close();
  });
});
