import { deflateSync } from 'node:zlib';
import type { Plugin } from 'vite';

/*
 * The app's icons, drawn from the same shapes as public/favicon.svg: phones
 * take no SVG for the home screen.
 */

/** Whether a point of a ground of 32 × 32 lies in the town hall: roof, three columns, base. */
function inHall(x: number, y: number): boolean {
  if (y >= 5 && y <= 14) return Math.abs(x - 16) <= (11 * Math.min(y - 5, 6.5)) / 6.5;
  if (y >= 25 && y <= 27.5) return x >= 5 && x <= 27;
  if (y < 16 || y > 23) return false;
  return (x >= 7.5 && x <= 10.5) || (x >= 14.5 && x <= 17.5) || (x >= 21.5 && x <= 24.5);
}
const ground = [0x0b, 0x4f, 0x7d] as const;

interface Icon {
  name: string;
  size: number;
  /** full: the ground reaches the edges and the hall keeps to the safe circle; badge: the hall alone. */
  kind: 'plain' | 'full' | 'badge';
}
const icons: Icon[] = [
  { name: 'icon-192.png', size: 192, kind: 'plain' },
  { name: 'icon-512.png', size: 512, kind: 'plain' },
  { name: 'icon-full-512.png', size: 512, kind: 'full' },
  { name: 'apple-touch-icon.png', size: 180, kind: 'full' },
  { name: 'badge-96.png', size: 96, kind: 'badge' },
];

/** Emits the icons' PNG files beside index.html. */
export function drawIcons(): Plugin {
  return {
    name: 'draw-icons',
    apply: 'build',
    generateBundle() {
      for (const icon of icons) this.emitFile({ type: 'asset', fileName: icon.name, source: draw(icon) });
    },
  };
}

/** A square of 32 with corners of radius 7. */
function rounded(x: number, y: number): boolean {
  const dx = Math.max(7 - x, x - 25, 0);
  const dy = Math.max(7 - y, y - 25, 0);
  return dx * dx + dy * dy <= 49;
}

/** RGBA of an icon, each pixel from 4 × 4 samples, as a PNG (RFC 2083). */
export function draw({ size, kind }: Icon): Uint8Array {
  const scale = kind === 'full' ? 0.78 : kind === 'badge' ? 1.25 : 1;
  const rows = Buffer.alloc(size * (1 + 4 * size));
  for (let py = 0; py < size; py++) {
    for (let px = 0; px < size; px++) {
      let [white, covered] = [0, 0];
      for (let s = 0; s < 16; s++) {
        const x = ((px + (s % 4) / 4 + 0.125) / size) * 32;
        const y = ((py + Math.floor(s / 4) / 4 + 0.125) / size) * 32;
        const bright = inHall(16 + (x - 16) / scale, 16 + (y - 16) / scale);
        if (bright) white++;
        if (bright || kind === 'full' || (kind === 'plain' && rounded(x, y))) covered++;
      }
      const at = py * (1 + 4 * size) + 1 + 4 * px;
      const share = covered ? white / covered : 0;
      for (let c = 0; c < 3; c++) {
        const under = ground[c] ?? 0;
        rows[at + c] = Math.round(under + (255 - under) * share);
      }
      rows[at + 3] = Math.round((covered / 16) * 255);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

function crc(bytes: Buffer): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}
