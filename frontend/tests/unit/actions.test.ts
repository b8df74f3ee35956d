import { describe, expect, it } from 'vitest';
import type { Disposition, Recommendation } from '../../src/api/types.ts';
import { itemsOf } from '../../src/data/action-board.ts';
import { emptyOrder, firstSentence, missingIn, orderOfDraft } from '../../src/data/action-order.ts';
import { evidenceWay } from '../../src/data/evidence-way.ts';
import { isWorking, workingDayAfter, workingDaysBetween } from '../../src/data/workdays.svelte.ts';
import { chainDepths } from '../../src/panels/tindakan/chain.ts';
import { effectPaths } from '../../src/panels/tindakan/effect-paths.ts';
import { dueDate, letterhead } from '../../src/panels/tindakan/words.ts';
import { ruleChanges } from '../../src/panels/tindakan/rule-changes.ts';

const number = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
const date = (n: number) => new Date(n * 86_400_000).toISOString().slice(0, 10);
const off = new Set(['2026-12-25', '2026-12-28']);

describe('working days', () => {
  it('leaves out weekends and days off', () => {
    expect(isWorking(number('2026-12-24'), off)).toBe(true);
    expect(isWorking(number('2026-12-25'), off)).toBe(false);
    expect(isWorking(number('2026-12-26'), off)).toBe(false);
    expect(isWorking(number('2026-12-27'), off)).toBe(false);
  });
  it('counts from the day after, as the server does', () => {
    // backend/city/calendar.go: the day of receipt does not count, worked or not.
    expect(date(workingDayAfter(number('2026-12-24'), 1, off))).toBe('2026-12-29');
    expect(date(workingDayAfter(number('2026-12-26'), 2, off))).toBe('2026-12-30');
    expect(date(workingDayAfter(number('2026-12-24'), 0, off))).toBe('2026-12-24');
  });
  it('undoes itself', () => {
    const from = number('2026-12-20');
    for (let n = 1; n < 30; n++) expect(workingDaysBetween(from, workingDayAfter(from, n, off), off)).toBe(n);
    expect(workingDaysBetween(from + 9, from, off)).toBe(-workingDaysBetween(from, from + 9, off));
  });
});

const order = (id: number, more: Partial<Disposition>): Disposition => ({
  id,
  number: '',
  from: 'Wali Kota',
  from_role: 'wali_kota',
  office: 'DLH',
  office_name: 'DLH',
  to_role: 'kepala_opd',
  copies: [],
  nature: 'biasa',
  subject: 'x',
  instruction: 'x',
  status: 'working',
  percent: 0,
  sent_at: '2026-11-20T00:00:00Z',
  due_at: '2026-11-25T16:00:00Z',
  last_at: '2026-11-20T00:00:00Z',
  proof: true,
  root_id: id,
  incidents: [],
  reports: [],
  rung: 0,
  ...more,
});
const advice = (id: number, more: Partial<Recommendation>) =>
  ({
    id,
    office: 'DPUPR',
    status: 'proposed',
    score: 1,
    changed_at: '2026-11-20T00:00:00Z',
    ...more,
  }) as Recommendation;
const all = { office: '', area: '', late: false };

describe('the board', () => {
  it('puts what is late first, then what is due first', () => {
    const items = itemsOf(
      [],
      [
        order(1, { due_at: '2026-11-24T16:00:00Z' }),
        order(2, { late_hours: 5, due_at: '2026-11-19T16:00:00Z' }),
        order(3, { late_hours: 40, due_at: '2026-11-18T16:00:00Z' }),
        order(4, { due_at: '2026-11-23T16:00:00Z' }),
      ],
      all,
    );
    expect(items.map((i) => i.key)).toEqual(['d3', 'd2', 'd4', 'd1']);
  });
  it('shows advice that became an instruction as that only, and withdrawn advice at the end', () => {
    const items = itemsOf(
      [
        advice(1, { status: 'approved' }),
        advice(2, { status: 'withdrawn' }),
        advice(3, { rank: 2 }),
        advice(4, { rank: 1 }),
      ],
      [order(9, { status: 'sent' })],
      all,
    );
    expect(items.map((i) => [i.key, i.column])).toEqual([
      ['r4', 'proposed'],
      ['r3', 'proposed'],
      ['d9', 'sent'],
      ['r2', 'over'],
    ]);
  });
  it('narrows by office, area and lateness', () => {
    const orders = [
      order(1, { area_code: '64.72.05.1001' }),
      order(2, { area_code: '64.72.06.1001', late_hours: 1 }),
      order(3, { office: 'BPBD', late_hours: 9, status: 'done', to_area: '64.72.05' }),
    ];
    const keys = (f: Partial<typeof all>) => itemsOf([], orders, { ...all, ...f }).map((i) => i.key);
    expect(keys({ office: 'BPBD' })).toEqual(['d3']);
    expect(keys({ area: '64.72.05' })).toEqual(['d1', 'd3']);
    // What is done is not late any more.
    expect(keys({ late: true })).toEqual(['d2']);
  });
});

describe('a sheet', () => {
  it('takes what a draft says, with its deadline in working days', () => {
    const made = orderOfDraft(
      {
        office: 'DLH',
        instruction: 'Angkut sampah di Loa Bakung. Lapor besok.',
        due_on: '2026-12-30',
        incidents: [7],
      },
      Date.parse('2026-12-24T02:00:00Z'),
      off,
    );
    expect(made).toMatchObject({
      office: 'DLH',
      subject: 'Angkut sampah di Loa Bakung',
      due_days: 2,
      incidents: [7],
    });
    expect(made.client_id).toMatch(/^[0-9a-f-]{36}$/);
  });
  it('says what is missing before it is sent', () => {
    expect(missingIn(emptyOrder())).toEqual(['office', 'subject', 'instruction']);
    expect(
      missingIn({ ...emptyOrder(), office: 'DLH', subject: 'Angkut', instruction: 'Angkut.', due_days: 0 }),
    ).toEqual(['due']);
    const { office: _, ...nobody } = emptyOrder();
    expect(missingIn({ ...nobody, role: 'sekda', subject: 'Angkut', instruction: 'Angkut.' })).toEqual([]);
  });
  it('shortens a subject at a word', () => {
    expect(firstSentence('Angkut sampah! Lapor.')).toBe('Angkut sampah');
    const long = firstSentence(`${'kata '.repeat(40)}.`);
    expect(long.length).toBeLessThanOrEqual(90);
    expect(long).toMatch(/kata…$/);
  });
});

describe('evidence', () => {
  const at = '2026-11-20T00:00:00Z';
  const way = (e: object) =>
    evidenceWay({ text: '', text_en: '', at, ...e } as Parameters<typeof evidenceWay>[0]);
  it('leads to the rows it rests on', () => {
    expect(way({ kind: 'incident', ids: [301] })).toBe('/kejadian/301');
    expect(way({ kind: 'report', ids: [5] })).toBe('/laporan/5');
    expect(way({ kind: 'report', ids: [5, 6], area_code: '64.72.05' })).toBe('/laporan?wilayah=64.72.05');
    expect(way({ kind: 'indicator', key: 'harga-beras' })).toBe('/?indikator=harga-beras');
    expect(way({ kind: 'deadline', key: 'overdue:DLH', ids: [1, 2] })).toBe('/laporan?opd=DLH&lewat=1');
    expect(way({ kind: 'deadline', key: 'breach:DLH', ids: [1, 2] })).toBe(
      '/laporan?opd=DLH&status=open%2Cin_progress',
    );
    expect(way({ kind: 'forecast', key: 'reports', area_code: '64.72.08' })).toBe('/peta?wilayah=64.72.08');
    expect(way({ kind: 'effect', ids: [50] })).toBe('/tindakan/50');
  });
});

describe('a letter', () => {
  it('says the hour of a deadline within a day, and the day before for one at midnight', () => {
    expect(dueDate('2026-11-24T16:00:00Z')).toBe('Selasa, 24 November 2026');
    expect(dueDate('2026-11-24T15:59:00Z')).toBe('Selasa, 24 November 2026');
    expect(dueDate('2026-11-24T11:47:00Z')).toMatch(/^Selasa, 24 November 2026 19\.47/);
  });
  it('names the city once, whether its name begins with Kota or not', () => {
    expect(letterhead('Kota Samarinda')).toBe('SAMARINDA');
    expect(letterhead('Samarinda')).toBe('SAMARINDA');
    expect(letterhead('Kotamobagu')).toBe('KOTAMOBAGU');
  });
});

describe('a chain', () => {
  it('lies deeper with each hand, and begins where the asker may see', () => {
    const chain = [
      order(1, {}),
      order(2, { parent_id: 1 }),
      order(3, { parent_id: 2 }),
      order(4, { parent_id: 99 }),
    ];
    expect(chainDepths(chain).map((l) => l.depth)).toEqual([0, 1, 2, 0]);
  });
});

describe('an effect’s chart', () => {
  const point = (day: string, seen: number | null, expected: number | null = null) => ({
    day,
    seen,
    expected,
    low: expected === null ? null : expected - 1,
    high: expected === null ? null : expected + 1,
    others: null,
  });
  it('leaves gaps for days without a value and bands only what is expected', () => {
    const paths = effectPaths(
      [point('a', 1), point('b', null), point('c', 2), point('d', 3, 4), point('e', 3, 4)],
      { low: 0, high: 10, ticks: [] },
      100,
      100,
    );
    expect(paths.seen).toBe('M0.0 90.0M50.0 80.0L75.0 70.0L100.0 70.0');
    expect(paths.expected).toBe('M75.0 60.0L100.0 60.0');
    expect(paths.band).toBe('M75.0 50.0L100.0 50.0L100.0 70.0L75.0 70.0Z');
    expect(paths.others).toBe('');
  });
});

describe('a rule’s history', () => {
  it('says what each version changed', () => {
    const rule = {
      enabled: true,
      min_voices: 3,
      categories: ['sampah'],
      weight: 1,
    } as Parameters<typeof ruleChanges>[1];
    expect(ruleChanges(undefined, rule)).toEqual([]);
    expect(ruleChanges(rule, { ...rule, min_voices: 5, categories: [] })).toEqual([
      'categories sampah → –',
      'min_voices 3 → 5',
    ]);
  });
});
