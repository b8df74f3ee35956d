import { describe, expect, it } from 'vitest';
import { cameraWords, exifOf, withExif } from '../../src/outbox/exif.ts';
import { clientId } from '../../src/api/client-id.ts';
import type { Item, Photo } from '../../src/outbox/item.ts';
import { ahead, stepsFrom } from '../../src/outbox/moves.ts';
import { drain, next, pause, Stop, waitsOnPhoto, type Outcome, type Wire } from '../../src/outbox/sender.ts';
import { sizeWithin } from '../../src/outbox/shrink.ts';
import { draw } from '../../build/icons.ts';

/** An Exif segment as a phone writes it: lying on its side, 4000 pixels wide, taken in Samarinda. */
function exifSegment(little: boolean): Uint8Array {
  const b = new DataView(new ArrayBuffer(320));
  const put = (at: number, tag: number, type: number, count: number, value: number) => {
    b.setUint16(at, tag, little);
    b.setUint16(at + 2, type, little);
    b.setUint32(at + 4, count, little);
    if (type === 3) b.setUint16(at + 8, value, little);
    else b.setUint32(at + 8, value, little);
  };
  const text = (at: number, words: string) =>
    [...words].forEach((c, i) => b.setUint8(at + i, c.charCodeAt(0)));
  text(0, little ? 'II' : 'MM');
  b.setUint16(2, 42, little);
  b.setUint32(4, 8, little);
  b.setUint16(8, 3, little);
  put(10, 0x0112, 3, 1, 6);
  put(22, 0x8769, 4, 1, 60);
  put(34, 0x8825, 4, 1, 130);
  b.setUint16(60, 4, little);
  put(62, 0x9003, 2, 20, 200);
  put(74, 0x9011, 2, 7, 222);
  put(86, 0xa002, 4, 1, 4000);
  put(98, 0xa003, 3, 1, 3000);
  b.setUint16(130, 4, little);
  put(132, 1, 2, 2, 0);
  text(140, 'S');
  put(144, 2, 5, 3, 240);
  put(156, 3, 2, 2, 0);
  text(164, 'E');
  put(168, 4, 5, 3, 264);
  text(200, '2026:11:20 08:12:30\0');
  text(222, '+08:00\0');
  [0, 1, 30, 1, 750, 100, 117, 1, 9, 1, 0, 1].forEach((n, i) => b.setUint32(240 + 4 * i, n, little));
  const out = new Uint8Array(10 + 320);
  out.set([0xff, 0xe1, (328 >> 8) & 0xff, 328 & 0xff, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  out.set(new Uint8Array(b.buffer), 10);
  return out;
}
const tail = [0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9];
const app0 = [0xff, 0xe0, 0, 4, 1, 1];
const jpeg = (...segments: (Uint8Array | number[])[]) =>
  new Uint8Array([0xff, 0xd8, ...segments.flatMap((s) => [...s]), ...tail]);

describe('what a camera wrote', () => {
  for (const little of [true, false]) {
    it(`is read, ${little ? 'little' : 'big'} end first`, () => {
      const words = cameraWords(exifOf(jpeg(app0, exifSegment(little))));
      expect(words.takenAt).toBe(Date.parse('2026-11-20T08:12:30+08:00'));
      expect(words.lat).toBeCloseTo(-(0.5 + 7.5 / 3600), 9);
      expect(words.lon).toBeCloseTo(117.15, 9);
    });
    it(`goes along into the shrunk picture, upright and of its size, ${little ? 'little' : 'big'} end first`, () => {
      const segment = exifSegment(little);
      const small = withExif(jpeg(app0), segment, { width: 1600, height: 1200 });
      expect([...small.subarray(0, 4)]).toEqual([0xff, 0xd8, 0xff, 0xe1]);
      expect([...small.subarray(2 + segment.length)]).toEqual([...app0, ...tail]);
      const kept = exifOf(small);
      expect(kept && cameraWords(kept)).toEqual(cameraWords(segment));
      const view = new DataView((kept ?? new Uint8Array()).slice(10).buffer);
      expect(view.getUint16(18, little)).toBe(1);
      expect(view.getUint32(94, little)).toBe(1600);
      expect(view.getUint16(106, little)).toBe(1200);
      // The original's own segment is not touched.
      expect(new DataView(segment.slice(10).buffer).getUint16(18, little)).toBe(6);
    });
  }
  it('is nothing where there is none, and broken files do no harm', () => {
    expect(exifOf(jpeg(app0))).toBeUndefined();
    expect(cameraWords(undefined)).toEqual({});
    const whole = jpeg(exifSegment(true));
    for (let cut = 0; cut < whole.length; cut++) {
      const part = exifOf(whole.slice(0, cut));
      if (part) cameraWords(part);
    }
    // Every byte of the structure in turn points somewhere absurd.
    for (let at = 10; at < 330; at++) {
      const bent = exifSegment(false);
      bent[at] = 0xff;
      cameraWords(bent);
      withExif(jpeg(), bent, { width: 1, height: 1 });
    }
  });
});

it('shrinks to 1600 pixels and never enlarges', () => {
  expect(sizeWithin(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(sizeWithin(3000, 4000)).toEqual({ width: 1200, height: 1600 });
  expect(sizeWithin(800, 600)).toEqual({ width: 800, height: 600 });
});

it('draws icons that are PNG files of their size', () => {
  const png = Buffer.from(draw({ name: '', size: 48, kind: 'plain' }));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBe(48);
});

it('makes UUIDs of version 4, with and without the browser’s help', () => {
  const v4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(clientId()).toMatch(v4);
  const whole = crypto.randomUUID.bind(crypto);
  Object.assign(crypto, { randomUUID: undefined });
  expect(clientId()).toMatch(v4);
  Object.assign(crypto, { randomUUID: whole });
});

const photo: Photo = { stage: 'after', takenAt: '', device: '', note: '', token: 't' };
let made = 0;
function item(over: Partial<Item> & { kind?: Item['kind'] } = {}): Item {
  const base = { id: `id-${++made}`, seq: made, officer: 7, disposition: 1, at: '', attempts: 0 };
  const own =
    over.kind === 'photo'
      ? { photo: { ...photo, bytes: new ArrayBuffer(1) } }
      : { step: { client_id: '', kind: 'progress' } };
  return { ...base, kind: 'step', state: 'waiting', ...own, ...over } as Item;
}

class Disk {
  rows: Item[];
  constructor(rows: Item[]) {
    this.rows = rows;
  }
  items = async () => this.rows.map((r) => ({ ...r }));
  amend = async (seq: number, change: Partial<Item>) => {
    this.rows = this.rows.map((r) => (r.seq === seq ? ({ ...r, ...change } as Item) : r));
  };
}
/** A server that takes each client id once, behind a line that does what `faults` say. */
class Line implements Wire {
  arrived: string[] = [];
  faults: ('up' | 'down' | 'deaf' | 'signed-out')[] = [];
  officer = 7;
  refuse = new Set<string>();
  #fault(): boolean {
    const fault = this.faults.shift() ?? 'up';
    if (fault === 'down') throw new Stop('unreachable');
    if (fault === 'signed-out') throw new Stop('signed-out');
    return fault === 'deaf';
  }
  who = async () => this.officer;
  steps = async (items: { id: string }[]): Promise<Outcome[]> => {
    const deaf = this.#fault();
    const out = items.map((i): Outcome => {
      if (this.refuse.has(i.id))
        return { client_id: i.id, outcome: 'refused', code: 'conflict', problem: 'no' };
      if (this.arrived.includes(i.id)) return { client_id: i.id, outcome: 'known' };
      this.arrived.push(i.id);
      return { client_id: i.id, outcome: 'added' };
    });
    if (deaf) throw new Stop('unreachable');
    return out;
  };
  photo = async (i: { id: string }) => {
    const deaf = this.#fault();
    if (this.refuse.has(i.id)) return { code: 'invalid', message: 'no' };
    if (!this.arrived.includes(i.id)) this.arrived.push(i.id);
    if (deaf) throw new Stop('unreachable');
    return undefined;
  };
  order = this.photo;
}
const states = (disk: Disk) => disk.rows.map((r) => r.state);

describe('sending the outbox', () => {
  it('keeps the order, and forgets a photo’s bytes once it has arrived', async () => {
    const rows = [item(), item(), item({ kind: 'photo' }), item()];
    const [disk, line] = [new Disk(rows), new Line()];
    expect(await drain(7, disk, line, () => 5)).toEqual({ sent: 4, refused: 0 });
    expect(line.arrived).toEqual(rows.map((r) => r.id));
    expect(disk.rows.every((r) => r.state === 'sent' && r.sentAt === 5)).toBe(true);
    expect(disk.rows[2]).toMatchObject({ photo: { bytes: undefined } });
  });
  it('stops where the line breaks, goes on from there, and sends what was answered into the void once', async () => {
    const disk = new Disk(Array.from({ length: 50 }, (_, i) => item({ kind: i % 5 ? 'step' : 'photo' })));
    const line = new Line();
    const moods = ['up', 'deaf', 'down', 'deaf', 'up', 'up', 'deaf'] as const;
    line.faults = Array.from({ length: 70 }, (_, i) => moods[i % moods.length] ?? 'up');
    let rounds = 0;
    while (states(disk).some((s) => s !== 'sent')) {
      expect(++rounds).toBeLessThan(200);
      await drain(7, disk, line, () => 1);
      expect(states(disk)).not.toContain('sending');
    }
    expect(rounds).toBeGreaterThan(5);
    expect(line.arrived).toEqual(disk.rows.map((r) => r.id));
  });
  it('sends again what was on its way when the app was killed', async () => {
    const disk = new Disk([item({ state: 'sending', attempts: 1 })]);
    const line = new Line();
    await drain(7, disk, line, () => 1);
    expect(states(disk)).toEqual(['sent']);
  });
  it('sends nothing while another officer, or nobody, is signed in', async () => {
    const disk = new Disk([item()]);
    const line = new Line();
    line.officer = 8;
    const out = await drain(7, disk, line, () => 1);
    expect(out.stopped?.reason).toBe('signed-out');
    expect([line.arrived, states(disk)]).toEqual([[], ['waiting']]);
    expect(await drain(8, disk, line, () => 1)).toEqual({ sent: 0, refused: 0 });
    expect(line.arrived).toEqual([]);
  });
  it('keeps what is refused with its reason, and goes on with the rest', async () => {
    const rows = [item(), item({ disposition: 2 })];
    const [disk, line] = [new Disk(rows), new Line()];
    line.refuse.add(rows[0]?.id ?? '');
    expect(await drain(7, disk, line, () => 1)).toMatchObject({ sent: 1, refused: 1 });
    expect(disk.rows[0]).toMatchObject({ state: 'refused', refusal: { code: 'conflict', message: 'no' } });
  });
  it('holds a closing whose photo was refused, and what follows it, but no other task', async () => {
    const picture = item({ kind: 'photo' });
    const close = item({ step: { client_id: '', kind: 'finish', proofs: [picture.id] } } as Partial<Item>);
    const after = item();
    const other = item({ disposition: 2 });
    const [disk, line] = [new Disk([picture, close, after, other]), new Line()];
    line.refuse.add(picture.id);
    await drain(7, disk, line, () => 1);
    expect(states(disk)).toEqual(['refused', 'waiting', 'waiting', 'sent']);
    expect(waitsOnPhoto(close, disk.rows)).toBe(true);
    disk.rows = disk.rows.filter((r) => r.seq !== picture.seq);
    await drain(7, disk, line, () => 1);
    expect(states(disk)).toEqual(['sent', 'sent', 'sent']);
  });
  it('sends steps in groups that nothing else interrupts', () => {
    const rows = [item(), item(), item({ kind: 'photo' }), item()];
    expect(next(rows).map((i) => i.seq)).toEqual(rows.slice(0, 2).map((i) => i.seq));
    expect(next(rows.slice(2)).map((i) => i.kind)).toEqual(['photo']);
  });
  it('waits longer after each failure, never more than some minutes', () => {
    expect(pause(0, 0.5)).toBe(2000);
    expect(pause(3, 0.5)).toBe(16_000);
    expect(pause(50, 1)).toBeLessThanOrEqual(375_000);
  });
});

describe('a task as it will stand', () => {
  const task = {
    id: 1,
    status: 'sent' as const,
    percent: 0,
    may: ['accept', 'ask', 'decline', 'hinder', 'note'] as const,
  };
  const step = (kind: string, more: object = {}, over: Partial<Item> = {}) =>
    item({ step: { client_id: '', kind, ...more }, ...over } as Partial<Item>);
  it('follows the steps that wait here', () => {
    const later = ahead(
      { ...task, may: [...task.may] },
      [step('accept'), step('progress', { percent: 40 })],
      0,
    );
    expect(later).toMatchObject({ status: 'working', percent: 40 });
    expect(later.may).toContain('finish');
    expect(later.may).not.toContain('accept');
    expect(later.may).not.toContain('pass_on');
  });
  it('leaves out what was refused, what belongs elsewhere and what the list holds already', () => {
    const items = [
      step('accept', {}, { state: 'refused' }),
      step('accept', {}, { disposition: 2 }),
      step('accept', {}, { state: 'sent', sentAt: 5 }),
    ];
    expect(ahead({ ...task, may: [...task.may] }, items, 10).status).toBe('sent');
    expect(ahead({ ...task, may: [...task.may] }, items, 4).status).toBe('accepted');
  });
  it('allows nothing more once it was said to be done', () => {
    expect(stepsFrom('proof_in')).toEqual([]);
    expect(stepsFrom('done')).toEqual([]);
  });
});
