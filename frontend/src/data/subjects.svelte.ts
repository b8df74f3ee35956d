import { api, deadline, take } from '../api/client.ts';
import { Problem, problemFrom } from '../api/problem.ts';
import type { components } from '../api/schema.gen.ts';
import { Remote } from './remote.svelte.ts';

type Schemas = components['schemas'];
export type SubjectRequests = Schemas['SubjectRequests'];
export type SubjectRequest = Schemas['SubjectRequest'];
export type SubjectDetail = Schemas['SubjectDetail'];
export type SubjectFound = Schemas['SubjectFound'];
export type SubjectNew = Schemas['NoteSubjectInputBody'];
export type SubjectCorrection = Schemas['SubjectCorrectionInputBody'];
/** Who somebody is; what is not known is empty. */
export type SubjectPerson = NonNullable<SubjectCorrection['identity']>;
export type SubjectNorms = Schemas['SubjectNorms'];
export type SubjectNorm = Schemas['SubjectNorm'];
export type SubjectNormChange = Schemas['SubjectNormChange'];
export type SubjectDecision = Schemas['SubjectDecisionInputBody'];
export type SubjectChannel = Schemas['SubjectCodeInputBody']['channel'];
export type SubjectProof = Schemas['SubjectProofInputBody'];

/** A copy may hold many pictures, which come from elsewhere. */
const copyPatience = 10 * 60_000;

/** Requests of persons about their own data, as operators act on them. What fails throws a Problem. */
class SubjectStore {
  readonly list = new Remote<SubjectRequests>((signal) =>
    take(api.GET('/api/subject-requests', { signal: deadline(signal) })),
  );

  /** Within how many hours they are met, by kind. */
  readonly norms = new Remote<SubjectNorms[]>((signal) =>
    take(api.GET('/api/subject-norms', { signal: deadline(signal) })),
  );

  async #then<T>(work: Promise<T>): Promise<T> {
    const got = await work;
    await this.list.load();
    return got;
  }
  #at(id: number) {
    return { params: { path: { id } }, signal: deadline() };
  }

  note(body: SubjectNew): Promise<SubjectDetail> {
    return this.#then(take(api.POST('/api/subject-requests', { body, signal: deadline() })));
  }
  read(id: number): Promise<SubjectDetail> {
    return take(api.GET('/api/subject-requests/{id}', this.#at(id)));
  }
  search(id: number, link: string): Promise<SubjectFound> {
    const body = link ? { link } : {};
    return this.#then(take(api.POST('/api/subject-requests/{id}/search', { ...this.#at(id), body })));
  }
  sendCode(id: number, channel: SubjectChannel): Promise<SubjectDetail> {
    const body = { channel };
    return this.#then(take(api.POST('/api/subject-requests/{id}/code', { ...this.#at(id), body })));
  }
  prove(id: number, body: SubjectProof): Promise<SubjectDetail> {
    return this.#then(take(api.POST('/api/subject-requests/{id}/proof', { ...this.#at(id), body })));
  }
  correct(id: number, body: SubjectCorrection): Promise<SubjectDetail> {
    return this.#then(take(api.POST('/api/subject-requests/{id}/corrections', { ...this.#at(id), body })));
  }
  decide(id: number, body: SubjectDecision): Promise<SubjectDetail> {
    return this.#then(take(api.POST('/api/subject-requests/{id}/decision', { ...this.#at(id), body })));
  }

  async changeNorm(kind: SubjectNorm['kind'], body: SubjectNormChange): Promise<void> {
    const params = { path: { kind } };
    this.norms.put(await take(api.PUT('/api/subject-norms/{kind}', { params, body, signal: deadline() })));
  }

  /** Saves the copy as a file of this computer. */
  async copy(id: number): Promise<void> {
    let blob: Blob;
    try {
      const response = await fetch(`/api/subject-requests/${id}/copy`, {
        method: 'POST',
        credentials: 'same-origin',
        signal: AbortSignal.timeout(copyPatience),
      });
      if (!response.ok) throw problemFrom(await response.json().catch(() => undefined), response);
      blob = await response.blob();
    } catch (cause) {
      throw cause instanceof Problem ? cause : Problem.unreachable(cause);
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = `salinan-data-pribadi-${id}.zip`;
    link.click();
    URL.revokeObjectURL(link.href);
    await this.list.load();
  }
}

export const subjects = new SubjectStore();
