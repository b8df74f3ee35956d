import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { failureIn, mappingIn, reasonIn, settingIn } from '../../src/panels/sumber/reasons.ts';
import { loadTexts } from '../../src/ui/i18n.svelte.ts';

beforeAll(() => loadTexts());

/* What connectors really say: their own tests write these files. */
const connectors = fileURLToPath(new URL('../../../connectors/', import.meta.url));
const files = readdirSync(connectors)
  .map((name) => `${connectors}${name}/testdata/reasons.txt`)
  .filter((file) => existsSync(file));
const said = files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));

it('puts what connectors say most into Indonesian', () => {
  expect(files.length).toBeGreaterThan(6);
  expect(said.length).toBeGreaterThan(40);
  for (const reason of said) {
    expect(reasonIn(reason), reason).not.toBe(reason);
    expect(reasonIn(reason), reason).not.toMatch(/\{\w+\}|\bis\b|\bmust\b|\bthe\b/);
  }
  expect(reasonIn('value: "dua" is not a number in the style id')).toBe(
    'value: “dua” bukan angka menurut gaya id',
  );
  expect(reasonIn('area "Atlantis" is not an area of this city')).toBe('“Atlantis” bukan wilayah kota ini');
  expect(settingIn('mapping.fields.area needs either get or const')).toBe('mapping.fields.area belum diisi');
});

it('says of a mapping that nobody has filled in what to do', () => {
  for (const reason of ['needs either get or const', 'is missing: observations need it'])
    expect(mappingIn('mapping.fields.area', reason)).toBe(
      'Isi pemetaan memakai kolom yang ditemukan; yang belum diisi: area.',
    );
  expect(mappingIn('mapping.fields.area', 'is not a jq expression: unexpected EOF')).toBe(
    'Perbaiki pemetaan: area bukan ekspresi jq: unexpected EOF.',
  );
});

it('knows what the form of transport and of SFTP is told', () => {
  expect(reasonIn('must be a declared indicator with the unit kendaraan')).toBe(
    'harus indikator yang sudah dinyatakan dengan satuan kendaraan',
  );
  expect(
    reasonIn(
      'is missing; the server presents SHA256:abc (ssh-ed25519). Ask its owner whether that is its key, then write it here',
    ),
  ).toContain('Server menunjukkan SHA256:abc;');
  expect(reasonIn('"kemarin" is no date and time; write it like 2026-01-02 15:04 or 02/01/2026 15:04')).toBe(
    '“kemarin” bukan waktu berbentuk 2026-01-02 15:04 atau 02/01/2026 15:04',
  );
  expect(reasonIn('is refused by the server for this user')).toBe('ditolak server untuk pengguna ini');
});

it('tells a failed pull in Indonesian, with what the connector adds', () => {
  expect(failureIn({ key: 'source.failure.key', params: { status: '403' } })).toBe(
    'Sumber menolak kunci akses kita (kode 403). Minta kunci baru dari pengelolanya.',
  );
  expect(
    failureIn({
      key: 'source.failure.config',
      params: { detail: 'query gives more than 1000 rows; add a condition' },
    }),
  ).toMatch(/^Pengaturan sumber keliru: query memberi lebih dari 1000 baris;/);
  // A file's name is a place too, and has blanks.
  expect(settingIn('data mei.csv the file is larger than 64 MB')).toBe(
    'data mei.csv berkasnya lebih besar dari 64 MB',
  );
  expect(
    failureIn({
      key: 'source.failure.other',
      params: { detail: 'read page 2: Get "https://a.go.id": stopped after 5 redirects' },
    }),
  ).toBe('Pengambilan gagal: berhenti setelah 5 kali dialihkan');
  // What nobody knows is said to be technical, and what the other side said stays as it is.
  expect(failureIn({ key: 'source.failure.other', params: { detail: 'short write' } })).toBe(
    'Pengambilan gagal. Keterangan teknis: short write',
  );
  expect(failureIn({ key: 'source.failure.told', params: { detail: 'SQLSTATE 42P01' } })).toBe(
    'Sumber menjawab dengan galat: SQLSTATE 42P01',
  );
  // Runs from before their key was kept.
  expect(failureIn({ message: 'The pull failed.' })).toBe('The pull failed.');
});

it('names the place of a row and the value within a reason', () => {
  expect(reasonIn('record 12')).toBe('baris 12');
  expect(reasonIn('INBOX, letter 3')).toBe('INBOX, surat 3');
  expect(reasonIn('value: "1,2,3" is no number; write it like 1234.5')).toBe(
    'value: “1,2,3” bukan angka; tulis seperti 1234.5',
  );
  expect(reasonIn('the rest of the file is not read: value: "x" is no whole number')).toBe(
    'sisa berkas tidak dibaca: value: “x” bukan bilangan bulat',
  );
});

it('leaves what it does not know as it was said', () => {
  expect(reasonIn('column isi holds bytes')).toBe('column isi holds bytes');
});
