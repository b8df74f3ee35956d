/** A place in the program, or a thing to do, that one can jump to. */
export interface Entry {
  /** Unique in the list. */
  id: string;
  name: string;
  /** What it is, in a word or two. */
  kind: string;
  go: () => void;
}

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Whether each of the words begins a word of the name; no words match everything. */
export function begins(name: string, words: string): boolean {
  const parts = plain(name).split(/[^\p{L}\p{N}]+/u);
  return plain(words)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => parts.some((part) => part.startsWith(word)));
}

/** The number that somebody means by "7321", "#7321" or "kejadian 7321", and of what; 0 if none. */
export function numbered(words: string): { number: number; of: '' | 'laporan' | 'kejadian' } {
  const found = /^\s*(laporan|kejadian)?\s*#?\s*([1-9]\d{0,14})\s*$/i.exec(words);
  if (!found) return { number: 0, of: '' };
  return { number: Number(found[2]), of: (found[1]?.toLowerCase() ?? '') as '' | 'laporan' | 'kejadian' };
}
