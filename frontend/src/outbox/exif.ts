/*
 * The little of JPEG and Exif (JEITA CP-3451C, Exif 2.32) that a shrunk photo
 * needs: what the camera wrote goes along with it, and what was true of the
 * large picture only (orientation, size) is put right.
 */

/** What a camera wrote about a picture. */
export interface CameraWords {
  /** When it was taken, in milliseconds; without a zone it is the device's own. */
  takenAt?: number;
  lon?: number;
  lat?: number;
}

const soi = 0xffd8;
const app1 = 0xffe1;
const sos = 0xffda;
/** "Exif" and two zeros. */
const mark = [0x45, 0x78, 0x69, 0x66, 0, 0];

const tag = {
  orientation: 0x0112,
  exif: 0x8769,
  gps: 0x8825,
  taken: 0x9003,
  zone: 0x9011,
  width: 0xa002,
  height: 0xa003,
  latRef: 1,
  lat: 2,
  lonRef: 3,
  lon: 4,
};

/** The APP1 segment of Exif with its marker and length; undefined when there is none. */
export function exifOf(jpeg: Uint8Array): Uint8Array | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== soi) return undefined;
  for (let at = 2; at + 4 <= view.byteLength;) {
    const marker = view.getUint16(at);
    if (marker === sos || marker >> 8 !== 0xff) return undefined;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > view.byteLength) return undefined;
    if (marker === app1 && mark.every((b, i) => jpeg[at + 4 + i] === b)) return jpeg.slice(at, end);
    at = end;
  }
  return undefined;
}

interface Entry {
  tag: number;
  type: number;
  count: number;
  /** Where its value or the offset of its value stands. */
  at: number;
}

const sizes: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };

/** Reads the TIFF structure in an Exif segment; every offset is checked. */
class Tiff {
  readonly view: DataView;
  readonly little: boolean;

  constructor(segment: Uint8Array) {
    this.view = new DataView(segment.buffer, segment.byteOffset + 10, segment.byteLength - 10);
    this.little = this.view.byteLength >= 8 && this.view.getUint16(0) === 0x4949;
  }

  short = (at: number): number => (this.has(at, 2) ? this.view.getUint16(at, this.little) : 0);
  long = (at: number): number => (this.has(at, 4) ? this.view.getUint32(at, this.little) : 0);
  has = (at: number, bytes: number): boolean => at >= 0 && at + bytes <= this.view.byteLength;

  entries(ifd: number): Entry[] {
    if (ifd === 0 || !this.has(ifd, 2)) return [];
    const out: Entry[] = [];
    for (let i = 0; i < Math.min(this.short(ifd), 512); i++) {
      const at = ifd + 2 + 12 * i;
      if (!this.has(at, 12)) break;
      out.push({ tag: this.short(at), type: this.short(at + 2), count: this.long(at + 4), at: at + 8 });
    }
    return out;
  }

  /** Where the values of an entry stand: in it when they fit into four bytes. */
  #values(e: Entry): number {
    return (sizes[e.type] ?? 1) * e.count <= 4 ? e.at : this.long(e.at);
  }

  text(e: Entry | undefined): string {
    if (!e || e.type !== 2 || e.count > 64) return '';
    const at = this.#values(e);
    if (!this.has(at, e.count)) return '';
    let out = '';
    for (let i = 0; i < e.count; i++) out += String.fromCharCode(this.view.getUint8(at + i));
    return out.replace(/\0.*$/, '').trim();
  }

  /** Degrees, minutes and seconds as degrees. */
  degrees(e: Entry | undefined): number | undefined {
    if (!e || e.type !== 5 || e.count !== 3) return undefined;
    const at = this.#values(e);
    if (!this.has(at, 24)) return undefined;
    const parts = [0, 8, 16].map((o) => this.long(at + o) / this.long(at + o + 4));
    const value = (parts[0] ?? NaN) + (parts[1] ?? NaN) / 60 + (parts[2] ?? NaN) / 3600;
    return Number.isFinite(value) ? value : undefined;
  }

  /** Sets the value of a whole number; other types are left as they are. */
  put(e: Entry | undefined, value: number): void {
    if (!e || e.count !== 1) return;
    if (e.type === 3) this.view.setUint16(e.at, value, this.little);
    if (e.type === 4) this.view.setUint32(e.at, value, this.little);
  }
}

const find = (entries: Entry[], wanted: number) => entries.find((e) => e.tag === wanted);

/** What the camera wrote; nothing is guessed where it wrote nothing. */
export function cameraWords(segment: Uint8Array | undefined): CameraWords {
  if (!segment || segment.byteLength < 18) return {};
  const tiff = new Tiff(segment);
  const first = tiff.entries(tiff.long(4));
  const below = (t: number) => tiff.entries(tiff.long(find(first, t)?.at ?? -1));
  const exif = below(tag.exif);
  const gps = below(tag.gps);
  const out: CameraWords = {};
  const taken = moment(tiff.text(find(exif, tag.taken)), tiff.text(find(exif, tag.zone)));
  if (taken !== undefined) out.takenAt = taken;
  const lat = tiff.degrees(find(gps, tag.lat));
  const lon = tiff.degrees(find(gps, tag.lon));
  if (lat !== undefined && lon !== undefined && lat <= 90 && lon <= 180) {
    out.lat = tiff.text(find(gps, tag.latRef)) === 'S' ? -lat : lat;
    out.lon = tiff.text(find(gps, tag.lonRef)) === 'W' ? -lon : lon;
  }
  return out;
}

function moment(text: string, zone: string): number | undefined {
  const m = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(text);
  if (!m) return undefined;
  const iso = `${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}`;
  const at = Date.parse(/^[+-]\d\d:\d\d$/.test(zone) ? iso + zone : iso);
  return Number.isFinite(at) ? at : undefined;
}

/**
 * Puts a camera's Exif segment into a JPEG that was drawn anew from its
 * picture: first in the file, upright, of the new size.
 */
export function withExif(
  jpeg: Uint8Array,
  segment: Uint8Array | undefined,
  size: { width: number; height: number },
): Uint8Array {
  if (!segment || segment.byteLength < 18) return jpeg;
  const own = segment.slice();
  const tiff = new Tiff(own);
  const first = tiff.entries(tiff.long(4));
  tiff.put(find(first, tag.orientation), 1);
  const exif = tiff.entries(tiff.long(find(first, tag.exif)?.at ?? -1));
  tiff.put(find(exif, tag.width), size.width);
  tiff.put(find(exif, tag.height), size.height);
  const out = new Uint8Array(jpeg.byteLength + own.byteLength);
  out.set(jpeg.subarray(0, 2));
  out.set(own, 2);
  out.set(jpeg.subarray(2), 2 + own.byteLength);
  return out;
}
