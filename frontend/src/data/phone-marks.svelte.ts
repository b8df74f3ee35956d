/**
 * What the frame of the page shows of tasks and the outbox, which come in a
 * part of their own (data/phone.svelte.ts keeps it).
 */
export const phoneMarks = $state({ tasks: 0, loadedAt: 0 });
