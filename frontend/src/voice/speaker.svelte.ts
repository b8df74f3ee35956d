import { speechOf, spokenForm } from '../api/assistant.ts';

/** An Indonesian voice of the browser, once its list has come. */
function indonesianVoice(): SpeechSynthesisVoice | undefined {
  return globalThis.speechSynthesis?.getVoices().find((v) => /^(id|in)([-_]|$)/i.test(v.lang));
}

/** Reads answers aloud: by the browser's Indonesian voice, else by the server's. */
class Speaker {
  /** The answer being read, by the number of its question; 0 for none. */
  reading = $state(0);
  #browser = $state(false);
  /** The server said that it cannot, although it thought so before. */
  #mute = $state(false);
  #sound: HTMLAudioElement | undefined;
  #turn = 0;

  constructor() {
    const look = () => (this.#browser = indonesianVoice() !== undefined);
    look();
    // Browsers load their voices late; some never say so.
    globalThis.speechSynthesis?.addEventListener?.('voiceschanged', look);
  }

  /** Whether anything can be read aloud; `server` says whether the server can speak. */
  able(server: boolean): boolean {
    return this.#browser || (server && !this.#mute);
  }

  async read(question: number, text: string): Promise<void> {
    this.stop();
    const turn = ++this.#turn;
    this.reading = question;
    const voice = indonesianVoice();
    if (voice) await this.#byBrowser(text, voice, turn);
    else await this.#byServer(text, turn);
  }

  stop(): void {
    this.#turn++;
    this.reading = 0;
    globalThis.speechSynthesis?.cancel();
    if (this.#sound) {
      this.#sound.pause();
      URL.revokeObjectURL(this.#sound.src);
      this.#sound = undefined;
    }
  }

  async #byBrowser(text: string, voice: SpeechSynthesisVoice, turn: number): Promise<void> {
    const spoken = await spokenForm(text);
    if (turn !== this.#turn) return;
    const words = new SpeechSynthesisUtterance(spoken);
    words.voice = voice;
    words.lang = 'id-ID';
    words.onend = words.onerror = () => {
      if (turn === this.#turn) this.reading = 0;
    };
    speechSynthesis.speak(words);
  }

  async #byServer(text: string, turn: number): Promise<void> {
    const sound = await speechOf(text);
    if (turn !== this.#turn) return;
    if (!sound) {
      this.#mute = true;
      this.reading = 0;
      return;
    }
    const audio = new Audio(URL.createObjectURL(sound));
    this.#sound = audio;
    audio.onended = audio.onerror = () => {
      if (turn === this.#turn) this.stop();
    };
    await audio.play().catch(() => turn === this.#turn && this.stop());
  }
}

export const speaker = new Speaker();
