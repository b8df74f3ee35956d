/**
 * What the frame of the page shows of tasks, the outbox and proof to be judged,
 * which come in a part of their own (data/phone.svelte.ts keeps it).
 */
export const phoneMarks = $state({ tasks: 0, proofs: 0, loadedAt: 0 });
