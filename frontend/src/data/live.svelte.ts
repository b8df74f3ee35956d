import type { Change, Snapshot, Topic } from '../api/types.ts';
import { clock } from '../ui/clock.svelte.ts';
import { afterClose, backoff, Follower, readMessage } from './protocol.ts';
import { retryUnreached } from './remote.svelte.ts';
import { session } from './session.svelte.ts';

export type LiveStatus = 'idle' | 'connecting' | 'open' | 'lost';

interface Listener {
  snapshot(snapshot: Snapshot): void;
  changes(changes: Change[]): void;
}

const topics: Topic[] = ['indicators', 'reports', 'incidents', 'alerts', 'sources', 'agenda', 'walls'];
/** Silence after which the socket is tried anew: a dead link tells nobody. It answers before the data count as late. */
const silence = 45_000;
/** A hidden tab keeps its socket this long, then lets it go. */
const hiddenFor = 5 * 60_000;

/**
 * The socket. One for the whole page: data modules register what they follow,
 * changes are merged and handed on once per animation frame.
 */
class Live {
  status = $state<LiveStatus>('idle');
  /** Server time when we last knew that nothing was missed, 0 before. */
  contactAt = $state(0);
  /** Server time since when the connection is lost, 0 while it is not. */
  lostSince = $state(0);
  /** Counts snapshots: whoever holds what a snapshot does not carry loads again. */
  snapshots = $state(0);

  #follower = new Follower(topics);
  #listeners = new Map<Topic, Listener>();
  #heeders = new Set<() => void>();
  #socket: WebSocket | undefined;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #hide: ReturnType<typeof setTimeout> | undefined;
  #heard = 0;
  #waiting = new Map<Topic, Map<string, Change>>();
  #scheduled = false;
  #wanted = false;

  follow(topic: Topic, listener: Listener): void {
    this.#listeners.set(topic, listener);
  }

  /** Calls back whenever anything changed in the city; returns how to stop. */
  whenChanged(act: () => void): () => void {
    this.#heeders.add(act);
    return () => this.#heeders.delete(act);
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#visibility);
    this.#watch = setInterval(this.#check, 5000);
    this.#open();
  }

  stop(): void {
    this.#wanted = false;
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#visibility);
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    clearTimeout(this.#hide);
    this.#drop();
    this.#follower.forget();
    this.#waiting.clear();
    this.status = 'idle';
    this.contactAt = 0;
    this.lostSince = 0;
  }

  #open = (): void => {
    clearTimeout(this.#retry);
    this.#drop();
    if (!this.#wanted) return;
    if (this.status !== 'open') this.status = 'connecting';
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/live`);
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onopen = () => {
      socket.send(JSON.stringify(this.#follower.greet()));
      // Resuming brings a message only if there is something new; the open socket is contact enough.
      if (this.#follower.seq !== undefined) this.#alive();
    };
    socket.onmessage = (e) => this.#take(socket, String(e.data));
    socket.onclose = (e) => socket === this.#socket && this.#closed(e.code);
  };

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  #take(socket: WebSocket, text: string): void {
    const message = readMessage(text);
    if (!message || socket !== this.#socket) return;
    this.#heard = Date.now();
    this.#attempt = 0;
    const step = this.#follower.take(message);
    if (step.do === 'ask') socket.send(JSON.stringify(step.message));
    if (step.do === 'replace') this.#replace(step.snapshot);
    if (step.do === 'apply') this.#gather(step.changes);
    if (step.do === 'replace' || step.do === 'apply') this.#alive();
  }

  #alive(): void {
    const back = this.lostSince > 0;
    this.status = 'open';
    this.lostSince = 0;
    this.contactAt = clock.read();
    if (back) retryUnreached();
  }

  #replace(snapshot: Snapshot): void {
    clock.learn(snapshot.at);
    this.#waiting.clear();
    for (const listener of this.#listeners.values()) listener.snapshot(snapshot);
    this.snapshots++;
  }

  #gather(changes: Change[]): void {
    for (const change of changes) {
      const forTopic = this.#waiting.get(change.topic) ?? new Map<string, Change>();
      // Deleting first keeps the order of the latest change.
      forTopic.delete(change.key);
      forTopic.set(change.key, change);
      this.#waiting.set(change.topic, forTopic);
    }
    if (this.#scheduled || this.#waiting.size === 0) return;
    this.#scheduled = true;
    // A hidden tab gets no frames, and must not pile changes up.
    if (document.hidden) setTimeout(this.#flush, 500);
    else requestAnimationFrame(this.#flush);
  }

  #flush = (): void => {
    this.#scheduled = false;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const [topic, changes] of waiting) this.#listeners.get(topic)?.changes([...changes.values()]);
    for (const act of this.#heeders) act();
  };

  #closed(code: number): void {
    this.#socket = undefined;
    const then = afterClose(code);
    if (then === 'stop') {
      this.stop();
      session.lost();
      return;
    }
    if (then === 'return-fresh') this.#follower.forget();
    this.status = 'lost';
    this.lostSince ||= clock.read();
    this.#retry = setTimeout(this.#open, backoff(this.#attempt++));
    // A handshake refused for want of a session looks like any other close.
    if (this.#attempt === 2) void session.restoreQuietly();
  }

  #hurry = (): void => {
    if (this.#wanted && this.status !== 'open') {
      this.#attempt = 0;
      this.#open();
    }
  };

  #check = (): void => {
    if (!this.#wanted || document.hidden || !this.#socket) return;
    if (Date.now() - this.#heard > silence) this.#open();
  };

  #visibility = (): void => {
    clearTimeout(this.#hide);
    if (document.hidden) {
      this.#hide = setTimeout(() => this.#drop(), hiddenFor);
    } else if (!this.#socket) {
      this.#open();
    } else {
      this.#check();
    }
  };
}

export const live = new Live();
