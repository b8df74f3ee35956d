/* Runs on the sound thread: hands blocks of 2048 mono samples to the page. */

declare const registerProcessor: (name: string, processor: new () => Capture) => void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const size = 2048;

class Capture extends AudioWorkletProcessor {
  #block = new Float32Array(size);
  #filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? [];
    const length = channels[0]?.length ?? 0;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i] as number;
      this.#block[this.#filled++] = sum / channels.length;
      if (this.#filled === size) {
        this.port.postMessage(this.#block, [this.#block.buffer]);
        this.#block = new Float32Array(size);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('capture', Capture);
