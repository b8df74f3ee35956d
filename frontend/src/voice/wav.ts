/*
 * Sound as transcription endpoints everywhere take it: WAV, one channel, 16 kHz,
 * 16-bit PCM (RIFF WAVE, Microsoft/IBM 1991).
 */

export const speechRate = 16_000;

/** Joins the blocks of a recording. */
export function joined(blocks: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(blocks.reduce((n, b) => n + b.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

/**
 * Another sample rate (whole numbers of Hz), by a windowed sinc (Smith, Digital
 * Audio Resampling, 1984; Hann window, 16 zero crossings each side). Going down,
 * what the new rate cannot hold is filtered out, else hiss would fold into
 * speech. Output samples lie at few places between the input's, so each place's
 * weights are computed once.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = gcd(from, to);
  const [places, step] = [to / divisor, from / divisor];
  const cutoff = Math.min(1, to / from) * 0.97;
  const reach = Math.ceil(16 / cutoff);
  const weights = Array.from({ length: places }, (_, p) => kernel(p / places, cutoff, reach));
  const out = new Float32Array(Math.floor((samples.length * to) / from));
  for (let i = 0; i < out.length; i++) {
    const whole = i * step;
    const own = weights[whole % places] as Float32Array;
    const start = Math.floor(whole / places) - reach;
    let sum = 0;
    for (let k = Math.max(0, -start); k < own.length && start + k < samples.length; k++)
      sum += (samples[start + k] as number) * (own[k] as number);
    out[i] = sum;
  }
  return out;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Weights of the input samples from −reach to +reach around a place `off` after one of them. */
function kernel(off: number, cutoff: number, reach: number): Float32Array {
  return Float32Array.from({ length: 2 * reach + 1 }, (_, k) => {
    const x = k - reach - off;
    if (Math.abs(x) > reach) return 0;
    const angle = Math.PI * x * cutoff;
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
    return cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / reach));
  });
}

/** A WAV file of samples between −1 and 1. */
export function encodeWav(samples: Float32Array, rate = speechRate): ArrayBuffer {
  const buffer = new ArrayBuffer(44 + samples.length * 2);
  const view = new DataView(buffer);
  const word = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  word(0, 'RIFF');
  view.setUint32(4, 36 + samples.length * 2, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((s, i) => {
    const cut = Math.max(-1, Math.min(1, s));
    view.setInt16(44 + i * 2, Math.round(cut < 0 ? cut * 0x8000 : cut * 0x7fff), true);
  });
  return buffer;
}

/** Root mean square of samples: how loud they are, 0 to 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const s of samples) sum += s * s;
  return Math.sqrt(sum / Math.max(1, samples.length));
}
