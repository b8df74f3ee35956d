import { describe, expect, it } from 'vitest';
import type { Account, AuditEntry } from '../../../src/api/types.ts';
import { shows, until } from '../stage.ts';
import type { World } from './world.ts';

/* An operator makes an account, the officer signs in with it, and it is changed, reset and closed. */

export function accounts(world: () => World): void {
  describe('akun pejabat', () => {
    for (const [size, theme] of [
      ['desktop', 'light'],
      ['phone', 'dark'],
    ] as const) {
      it(`are made, changed, reset and closed (${size})`, async () => {
        const { program, browser } = world();
        const w = await program.walk(browser, program.officer('operator'), size, '/pengaturan', theme);
        const name = `Lurah Uji ${size}`;
        const username = `lurah.uji.${size}`;
        const find = async () =>
          (await w.ask<Account[]>('/api/accounts')).find((a) => a.username === username);
        const dialog = w.page.locator('dialog[open]');

        await w.press('Akun baru');
        await dialog.getByLabel('Nama pengguna').fill(username);
        await dialog.getByLabel('Nama', { exact: true }).fill(name);
        await dialog.getByLabel(/^Kelurahan/).selectOption({ index: 1 });
        await w.station();
        await dialog.getByRole('button', { name: 'Buat akun' }).click();
        await shows(w.page, `Kata sandi awal ${name}`);
        const first = (await dialog.locator('.password').innerText()).trim();
        await w.station();
        await dialog.getByRole('button', { name: 'Sudah saya catat' }).click();
        expect(await find()).toMatchObject({ role: 'lurah', must_change: true, sessions: 0 });
        expect(await w.page.content()).not.toContain(first);

        // The officer comes in by it, and must choose a password of his own.
        const officer = await program.walk(browser, undefined, 'phone');
        await officer.page.getByLabel('Nama pengguna').fill(username);
        await officer.page.getByLabel('Kata sandi', { exact: true }).fill(first);
        await officer.press('Masuk');
        await shows(officer.page, 'Kata sandi awal hanya berlaku');
        expect(await find()).toMatchObject({ sessions: 1 });

        await w.page.reload();
        const row = w.page.locator('details', { hasText: name });
        await until(async () => (await row.count()) === 1, 'the account in the list');
        await row.locator('summary').click();
        await row.getByRole('button', { name: 'Ubah jabatan' }).click();
        await dialog.getByLabel(/^Peran(?!gkat)/).selectOption('kepala_opd');
        await dialog.getByLabel(/^Perangkat daerah/).selectOption('DPUPR');
        await dialog.getByRole('button', { name: 'Simpan jabatan' }).click();
        await shows(w.page, `${name} sekarang Kepala OPD · DPUPR.`);
        expect(await find()).toMatchObject({ role: 'kepala_opd', office: 'DPUPR' });
        await w.station();

        await row.getByRole('button', { name: 'Kata sandi baru' }).click();
        await dialog.getByRole('button', { name: 'Kata sandi baru' }).click();
        await until(async () => (await dialog.locator('.password').count()) === 1, 'another password');
        expect((await dialog.locator('.password').innerText()).trim()).not.toBe(first);
        await dialog.getByRole('button', { name: 'Sudah saya catat' }).click();
        expect(await find()).toMatchObject({ sessions: 0, must_change: true });
        expect((await officer.context.request.get(`${program.url}/api/session`)).status()).toBe(401);

        await row.getByRole('button', { name: 'Tutup akun' }).click();
        await dialog.getByRole('button', { name: 'Tutup akun' }).click();
        await shows(w.page, `Akun ${name} ditutup.`);
        expect((await find())?.disabled_at).toBeTruthy();
        await row.getByRole('button', { name: 'Buka kembali' }).click();
        await shows(w.page, `Akun ${name} dibuka kembali.`);

        // One's own is another operator's business.
        const own = w.page.locator('details', { hasText: 'Operator Diskominfo' });
        await own.locator('summary').click();
        await shows(w.page, 'Ini akun Anda.');
        expect(await own.getByRole('button', { name: 'Tutup akun' }).count()).toBe(0);

        const trail = await w.ask<AuditEntry[]>('/api/audit');
        const lines = trail.filter((e) => e.subject === username);
        for (const action of [
          'officer.add',
          'officer.change',
          'officer.reset',
          'officer.disable',
          'officer.enable',
        ])
          expect(lines.filter((e) => e.action === action && e.actor === 'operator')).toHaveLength(1);
        expect(JSON.stringify(trail)).not.toContain(first);
        await officer.context.close();
        await w.end();
      }, 120_000);
    }
  });
}
