import type { DispositionStatus, StepKind } from '../api/types.ts';
import { unsent, type Item } from './item.ts';

/*
 * What an addressee's step makes of a disposition: the addressee's rows of
 * city.DispositionStatus.Move, for a phone that cannot ask.
 */

interface Move {
  from: readonly DispositionStatus[];
  to: DispositionStatus;
}

const underWay: readonly DispositionStatus[] = ['accepted', 'working', 'hindered', 'asked'];
const moves: Partial<Record<StepKind, Move>> = {
  accept: { from: ['sent', 'asked'], to: 'accepted' },
  ask: { from: ['sent', 'accepted', 'working'], to: 'asked' },
  decline: { from: ['sent', 'accepted', 'asked', 'hindered'], to: 'declined' },
  progress: { from: underWay, to: 'working' },
  hinder: { from: ['sent', 'accepted', 'working'], to: 'hindered' },
  resume: { from: ['hindered'], to: 'working' },
  pass_on: { from: ['sent', 'passed_on', ...underWay], to: 'passed_on' },
  finish: { from: ['passed_on', ...underWay], to: 'proof_in' },
};

/** The steps that an addressee may take from a status. */
export function stepsFrom(status: DispositionStatus): StepKind[] {
  return (Object.keys(moves) as StepKind[]).filter((kind) => moves[kind]?.from.includes(status));
}

export interface Ahead {
  status: DispositionStatus;
  percent: number;
  may: StepKind[];
}

/**
 * A task as it will stand once what waits here has arrived. since is the server
 * time of the list: what arrived later is not in it yet.
 */
export function ahead(
  task: { id: number; status: DispositionStatus; percent: number; may: StepKind[] },
  items: readonly Item[],
  since: number,
): Ahead {
  let { status, percent, may } = task;
  for (const item of items) {
    const open = unsent(item) || (item.state === 'sent' && (item.sentAt ?? 0) > since);
    if (item.disposition !== task.id || !open || item.kind === 'photo') continue;
    const kind: StepKind = item.kind === 'order' ? 'pass_on' : item.step.kind;
    const move = moves[kind];
    if (!move?.from.includes(status)) continue;
    status = move.to;
    if (item.kind === 'step' && item.step.percent !== undefined) percent = item.step.percent;
    const could = stepsFrom(status);
    // Handing on is for offices with others below, which the server said.
    may = task.may.includes('pass_on') ? could : could.filter((k) => k !== 'pass_on');
    may.push('note');
  }
  return { status, percent, may };
}
