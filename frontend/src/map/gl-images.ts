import type { Severity } from '../api/types.ts';
import { severityColours, severityShapes } from './shapes.ts';

/* Pictures that the WebGL map draws from, made on a canvas in the theme's colours. */

/** Pixels of a mark's picture, twice and more of what is shown. */
export const markPixels = 96;

/** A colour of the theme as it is now. */
export const colour = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The mark of a severity, large enough to be drawn smaller everywhere. */
export function mark(severity: Severity): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = markPixels;
  const ctx = canvas.getContext('2d');
  if (!ctx) return new ImageData(markPixels, markPixels);
  const [fill, rim] = severityColours[severity];
  // A little smaller than its box, so that the rim is not cut.
  ctx.setTransform(markPixels / 26, 0, 0, markPixels / 26, markPixels / 26, markPixels / 26);
  const path = new Path2D(severityShapes[severity]);
  ctx.fillStyle = colour(fill);
  ctx.fill(path);
  ctx.strokeStyle = colour(rim);
  ctx.lineWidth = 1.75;
  ctx.stroke(path);
  return ctx.getImageData(0, 0, markPixels, markPixels);
}

/** Slanting lines for "no data", drawn for a display of twice the pixels. */
export function hatch(ground: string, line: string): ImageData {
  const size = 16;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext('2d');
  if (!ctx) return new ImageData(size, size);
  ctx.fillStyle = ground;
  ctx.fillRect(0, 0, size, size);
  ctx.strokeStyle = line;
  ctx.lineWidth = 3;
  ctx.beginPath();
  for (const at of [-size, 0, size]) {
    ctx.moveTo(at, size);
    ctx.lineTo(at + size, 0);
  }
  ctx.stroke();
  return ctx.getImageData(0, 0, size, size);
}
