import { transcribe, type Transcript } from '../api/assistant.ts';
import { Problem } from '../api/problem.ts';
import workletUrl from './capture.worklet.ts?worker&url';
import { encodeWav, joined, loudness, resample, speechRate } from './wav.ts';

/** Why there is no transcript. */
export type VoiceFailure =
  'denied' | 'no_device' | 'insecure' | 'silence' | 'too_short' | 'unheard' | 'endpoint' | 'unreachable';

export type VoicePhase = 'idle' | 'opening' | 'recording' | 'writing';

export interface RecorderOptions {
  /** Seconds after which a recording ends by itself. */
  most?: number;
  /** Ends a recording after so many seconds of silence that follow speech. */
  quietAfter?: number;
  /** Ends a recording in which nobody spoke for so many seconds. */
  quietFirst?: number;
}

/** Louder than this is speech; a quiet office is about a tenth of it. */
const speechLevel = 0.012;
const shortest = 0.3;

/**
 * The microphone: records, measures how loud it is, and has the sound written
 * down. The sound is kept only until then.
 */
export class Recorder {
  phase = $state<VoicePhase>('idle');
  /** How loud it is now, 0 to 1 on a scale that follows the ear. */
  level = $state(0);
  seconds = $state(0);
  failure = $state<VoiceFailure | undefined>(undefined);
  readonly most: number;
  readonly #options: RecorderOptions;
  #context: AudioContext | undefined;
  #stream: MediaStream | undefined;
  #blocks: Float32Array[] = [];
  #loudest = 0;
  #lastLoud = 0;
  #done: ((wav: Blob | undefined) => void) | undefined;
  #sending: AbortController | undefined;
  #turn = 0;

  constructor(options: RecorderOptions = {}) {
    this.#options = options;
    this.most = options.most ?? 30;
  }

  get active(): boolean {
    return this.phase !== 'idle';
  }

  /** Records until stop() and has it written down; undefined when cancelled or failed. */
  async listen(): Promise<Transcript | undefined> {
    if (this.active) return undefined;
    this.failure = undefined;
    const wav = await this.#record();
    if (!wav) return undefined;
    this.phase = 'writing';
    this.#sending = new AbortController();
    const { signal } = this.#sending;
    try {
      const transcript = await transcribe(wav, signal);
      if (!transcript.text.trim()) return this.#fail('unheard');
      return transcript;
    } catch (cause) {
      if (signal.aborted) return undefined;
      const code = cause instanceof Problem ? cause.code : undefined;
      // "Invalid" is the recording's, not the service's: no words were in it.
      return this.#fail(code === 'unreachable' ? 'unreachable' : code === 'invalid' ? 'unheard' : 'endpoint');
    } finally {
      this.phase = 'idle';
    }
  }

  /** Ends the recording; what was said is written down. */
  stop(): void {
    if (this.phase === 'opening') return this.cancel();
    if (this.phase !== 'recording') return;
    const rate = this.#context?.sampleRate ?? speechRate;
    const sound = joined(this.#blocks);
    const done = this.#done;
    this.#close();
    if (sound.length < shortest * rate) this.#fail('too_short');
    else if (this.#loudest < speechLevel) this.#fail('silence');
    else {
      const wav = encodeWav(resample(sound, rate, speechRate));
      done?.(new Blob([wav], { type: 'audio/wav' }));
      return;
    }
    this.phase = 'idle';
    done?.(undefined);
  }

  /** Ends the recording and forgets it. */
  cancel(): void {
    this.#turn++;
    this.#sending?.abort();
    const done = this.#done;
    this.#close();
    this.phase = 'idle';
    done?.(undefined);
  }

  async #record(): Promise<Blob | undefined> {
    this.phase = 'opening';
    const turn = ++this.#turn;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.phase = 'idle';
      return this.#fail('insecure');
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      const context = new AudioContext();
      await context.audioWorklet.addModule(workletUrl);
      await context.resume();
      if (turn !== this.#turn) {
        stream.getTracks().forEach((track) => track.stop());
        void context.close();
        return undefined;
      }
      this.#stream = stream;
      this.#context = context;
    } catch (cause) {
      if (turn !== this.#turn) return undefined;
      this.phase = 'idle';
      const name = cause instanceof DOMException ? cause.name : '';
      return this.#fail(name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : 'no_device');
    }
    return new Promise((done) => this.#begin(done));
  }

  #begin(done: (wav: Blob | undefined) => void): void {
    const context = this.#context;
    const stream = this.#stream;
    if (!context || !stream) return done(undefined);
    this.#done = done;
    this.#blocks = [];
    this.#loudest = 0;
    this.#lastLoud = 0;
    this.seconds = 0;
    this.phase = 'recording';
    const node = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
    node.port.onmessage = (e: MessageEvent<Float32Array>) => this.#take(e.data, context.sampleRate);
    context.createMediaStreamSource(stream).connect(node);
    // A microphone that is pulled out ends the recording with what there is.
    stream.getAudioTracks()[0]?.addEventListener('ended', () => this.stop());
  }

  #take(block: Float32Array, rate: number): void {
    if (this.phase !== 'recording') return;
    this.#blocks.push(block);
    const loud = loudness(block);
    this.seconds += block.length / rate;
    this.level = Math.max(0, Math.min(1, 1 + Math.log10(Math.max(loud, 1e-4) / 0.3) / 2));
    if (loud >= speechLevel) this.#lastLoud = this.seconds;
    this.#loudest = Math.max(this.#loudest, loud);
    const { quietAfter = Infinity, quietFirst = Infinity } = this.#options;
    const spoke = this.#loudest >= speechLevel;
    const quiet = this.seconds - this.#lastLoud;
    if (this.seconds >= this.most || (spoke ? quiet >= quietAfter : this.seconds >= quietFirst)) this.stop();
  }

  #close(): void {
    this.#stream?.getTracks().forEach((track) => track.stop());
    void this.#context?.close();
    this.#stream = undefined;
    this.#context = undefined;
    this.#done = undefined;
    this.#blocks = [];
    this.level = 0;
  }

  #fail(failure: VoiceFailure): undefined {
    this.failure = failure;
    return undefined;
  }
}
