import { describe, expect, it } from 'vitest';
import { encodeWav, joined, loudness, resample } from '../../src/voice/wav.ts';

const tone = (hertz: number, rate: number, seconds: number) =>
  Float32Array.from({ length: rate * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate));

describe('the sound sent to be written down', () => {
  it('has the header of a mono 16 kHz 16-bit WAV and every sample', () => {
    const buffer = encodeWav(Float32Array.from([0, 1, -1, 2, 0.5]));
    const view = new DataView(buffer);
    const word = (at: number) => String.fromCharCode(...new Uint8Array(buffer, at, 4));
    expect([word(0), word(8), word(12), word(36)]).toEqual(['RIFF', 'WAVE', 'fmt ', 'data']);
    expect(view.getUint32(4, true)).toBe(buffer.byteLength - 8);
    expect(view.getUint16(20, true)).toBe(1);
    expect(view.getUint16(22, true)).toBe(1);
    expect(view.getUint32(24, true)).toBe(16_000);
    expect(view.getUint32(28, true)).toBe(32_000);
    expect(view.getUint16(34, true)).toBe(16);
    expect(view.getUint32(40, true)).toBe(10);
    const samples = [0, 1, 2, 3, 4].map((i) => view.getInt16(44 + i * 2, true));
    expect(samples).toEqual([0, 32767, -32768, 32767, 16384]);
  });

  for (const rate of [48_000, 44_100, 22_050, 8000]) {
    it(`keeps a tone of speech from ${rate} Hz as it is`, () => {
      const made = resample(tone(440, rate, 1), rate, 16_000);
      expect(Math.abs(made.length - 16_000)).toBeLessThanOrEqual(1);
      const wanted = tone(440, 16_000, 1);
      // The ends have half a window of nothing beside them.
      let worst = 0;
      for (let i = 200; i < 15_800; i++) worst = Math.max(worst, Math.abs((made[i] ?? 0) - (wanted[i] ?? 0)));
      expect(worst).toBeLessThan(0.01);
    });
  }

  it('lets no tone above the new rate fold into speech', () => {
    const made = resample(tone(11_000, 48_000, 1), 48_000, 16_000);
    expect(loudness(made.subarray(500, 15_500))).toBeLessThan(0.002);
  });

  it('joins blocks in their order and measures how loud they are', () => {
    const whole = joined([Float32Array.from([1, -1]), Float32Array.from([1])]);
    expect([...whole]).toEqual([1, -1, 1]);
    expect(loudness(whole)).toBe(1);
    expect(loudness(new Float32Array(0))).toBe(0);
  });
});
