import type { DispositionOrder, StepInput } from '../api/types.ts';

/** What became of an item so far. */
export type ItemState = 'waiting' | 'sending' | 'sent' | 'refused';

/** Why an item was refused, as the server put it. */
export interface Refusal {
  code: string;
  message: string;
  key?: string | undefined;
  params?: Record<string, string> | undefined;
}

interface Common {
  /** Client UUID, version 4: what makes sending twice harmless. */
  id: string;
  /** Whose it is: nobody else on this phone sees or sends it. */
  officer: number;
  disposition: number;
  /** When it was done, by the phone's clock corrected by the server's. */
  at: string;
  state: ItemState;
  attempts: number;
  /** When it arrived. */
  sentAt?: number;
  refusal?: Refusal | undefined;
}

export interface StepItem extends Common {
  kind: 'step';
  step: StepInput;
}
export interface OrderItem extends Common {
  kind: 'order';
  order: DispositionOrder;
}
export interface PhotoItem extends Common {
  kind: 'photo';
  photo: Photo;
}
export interface Photo {
  stage: 'before' | 'during' | 'after';
  takenAt: string;
  lon?: number | undefined;
  lat?: number | undefined;
  accuracy?: number | undefined;
  device: string;
  note: string;
  /** One-time token it was taken with; "" when none had been fetched. */
  token: string;
  /** JPEG; gone once it has arrived. */
  bytes?: ArrayBuffer | undefined;
}

export type NewItem = StepItem | OrderItem | PhotoItem;
/** seq is the order of making on this phone. */
export type Item = NewItem & { seq: number };

export const unsent = (item: Item): boolean => item.state === 'waiting' || item.state === 'sending';
