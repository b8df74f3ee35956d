import { actionsApi } from '../api/actions.ts';
import { clientId } from '../api/client-id.ts';
import type {
  Addressee,
  DispositionDetail,
  DispositionOrder,
  DispositionPage,
  EffectSeries,
  Proof,
  ReporterWord,
  StepInput,
  StepOutcome,
} from '../api/types.ts';
import { Problem } from '../api/problem.ts';
import { whileWatched } from './action-news.ts';
import { recommendations } from './recommendations.svelte.ts';
import { Remote, RemoteMap } from './remote.svelte.ts';

/** Where a sheet was opened: it says what is prefilled and what its sending decides. */
export interface Sheet {
  order: DispositionOrder;
  /** Set when sending approves this recommendation. */
  recommendation?: number;
  /** Why it is proposed, shown above the fields. */
  basis?: string;
  /** The offices it may go to; all when absent. */
  only?: readonly string[];
}

/** Instructions: the list, one in full with its proof and effect, and the sheet that makes one. */
class DispositionStore {
  /** The last 200 that the asker may see. */
  readonly list = new Remote<DispositionPage>((signal) => actionsApi.dispositions(200, signal));
  readonly addressees = new Remote<Addressee[]>(actionsApi.addressees);
  readonly #details = new RemoteMap<DispositionDetail>((key, signal) =>
    actionsApi.disposition(Number(key), signal),
  );
  readonly #proofs = new RemoteMap<Proof[]>((key, signal) => actionsApi.proofs(Number(key), signal));
  readonly #reporters = new RemoteMap<ReporterWord[]>((key, signal) =>
    actionsApi.reporters(Number(key), signal),
  );
  /** Of what is done; it says itself when it is measured. */
  readonly #effects = new RemoteMap<EffectSeries>((key, signal) => actionsApi.effect(Number(key), signal));
  sheet = $state.raw<Sheet | undefined>(undefined);
  /** The last that was sent from a sheet, until dismissed. */
  sent = $state.raw<{ id: number; number: string } | undefined>(undefined);

  detail(id: number): Remote<DispositionDetail> | undefined {
    return this.#details.get(String(id));
  }
  proofs(id: number): Remote<Proof[]> | undefined {
    return this.#proofs.get(String(id));
  }
  /** What each asked reporter said, and how far the question came. */
  reporters(id: number): Remote<ReporterWord[]> | undefined {
    return this.#reporters.get(String(id));
  }
  effect(id: number): Remote<EffectSeries> | undefined {
    return this.#effects.get(String(id));
  }

  watch(): () => void {
    return whileWatched(() => void this.list.load());
  }
  /** Follows what is held in full. */
  watchDetail(id: number): () => void {
    return whileWatched(() => this.#reload(id));
  }

  #reload(id: number): void {
    for (const map of [this.#details, this.#proofs, this.#reporters, this.#effects])
      for (const [key, held] of map.entries()) if (key === String(id)) void held.load();
  }

  /** Takes a step; throws a Problem also when the server answers "refused". */
  async step(id: number, step: Omit<StepInput, 'client_id'>, client = clientId()): Promise<void> {
    const outcome = await actionsApi.step(id, { ...step, client_id: client });
    if (outcome.outcome === 'refused') throw refusal(outcome);
    this.#reload(id);
    if (this.list.loadedAt) void this.list.load();
  }

  /** Sends what a sheet holds: as a decision where it came from advice. */
  async send(sheet: Sheet): Promise<void> {
    const { order, recommendation } = sheet;
    if (recommendation) {
      const after = await recommendations.decide(recommendation, { decision: 'approve', order });
      this.sent = { id: after.disposition_id ?? 0, number: after.disposition_number ?? '' };
    } else {
      const made = await actionsApi.send(order);
      this.sent = { id: made.id, number: made.number };
    }
    recommendations.dismiss();
    this.sheet = undefined;
    if (order.parent_id) this.#reload(order.parent_id);
    if (this.list.loadedAt) void this.list.load();
  }

  clear(): void {
    this.sheet = undefined;
    this.sent = undefined;
    this.list.clear();
    this.addressees.clear();
    for (const map of [this.#details, this.#proofs, this.#reporters, this.#effects]) map.clear();
  }
}

function refusal(o: StepOutcome): Problem {
  const known = ['invalid', 'forbidden', 'not_found', 'conflict', 'internal'] as const;
  return new Problem({
    code: known.find((k) => k === o.code) ?? 'invalid',
    ...(o.problem && { message: o.problem }),
    ...(o.key && { key: o.key }),
    ...(o.params && { params: o.params }),
  });
}

export const dispositions = new DispositionStore();
