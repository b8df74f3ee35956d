import { cameraWords, exifOf, withExif, type CameraWords } from './exif.ts';

/** The longer side of a photo that is kept and sent, in pixels. */
export const longest = 1600;
const quality = 0.85;

/** A photo as it is kept: small enough for a thin line, with what its camera wrote. */
export interface Shrunk extends CameraWords {
  bytes: ArrayBuffer;
  width: number;
  height: number;
}

/** The size a picture is drawn at: never larger than it is. */
export function sizeWithin(width: number, height: number, most = longest): { width: number; height: number } {
  const k = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * k)), height: Math.max(1, Math.round(height * k)) };
}

/** Draws a picture as a JPEG of at most 1600 pixels. */
export async function drawn(
  source: CanvasImageSource,
  width: number,
  height: number,
): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const size = sizeWithin(width, height);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, size);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('this browser draws no pictures');
  pen.drawImage(source, 0, 0, size.width, size.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
  if (!blob) throw new Error('the picture could not be pressed');
  return { bytes: new Uint8Array(await blob.arrayBuffer()), ...size };
}

/** Shrinks a photo from the phone's camera or gallery; its Exif goes along. */
export async function shrink(file: Blob): Promise<Shrunk> {
  const original = new Uint8Array(await file.arrayBuffer());
  const segment = exifOf(original);
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    const small = await drawn(picture, picture.width, picture.height);
    const bytes = withExif(small.bytes, segment, small);
    return { ...cameraWords(segment), bytes: own(bytes), width: small.width, height: small.height };
  } finally {
    picture.close();
  }
}

/** The bytes in a buffer of their own. */
export function own(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}
