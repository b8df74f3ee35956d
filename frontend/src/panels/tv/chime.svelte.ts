/*
 * A short tone of two notes, made here: no file is fetched. Browsers let a page
 * sound only after somebody touched it, or where the address is allowed to.
 */

/** Two notes, a fourth apart, half a second in all. */
const notes = [
  { at: 0, hertz: 659.3 },
  { at: 0.22, hertz: 880 },
];

class Chime {
  /** True when sound is wanted and the browser holds it back. */
  held = $state(false);
  #context: AudioContext | undefined;

  /** Prepares the sound; returns how to let go of it. */
  start(): () => void {
    const context = new AudioContext();
    this.#context = context;
    const look = () => (this.held = context.state !== 'running');
    const wake = () => void context.resume().then(look, look);
    context.addEventListener('statechange', look);
    for (const act of ['pointerdown', 'keydown'] as const) addEventListener(act, wake);
    wake();
    look();
    return () => {
      context.removeEventListener('statechange', look);
      for (const act of ['pointerdown', 'keydown'] as const) removeEventListener(act, wake);
      void context.close();
      this.#context = undefined;
      this.held = false;
    };
  }

  /** Sounds once, where it may. */
  sound(): void {
    const context = this.#context;
    if (context?.state !== 'running') return;
    for (const note of notes) {
      const begin = context.currentTime + note.at;
      const tone = new OscillatorNode(context, { type: 'sine', frequency: note.hertz });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(0.25, begin + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.32);
      tone.connect(volume).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + 0.34);
    }
  }
}

export const chime = new Chime();
