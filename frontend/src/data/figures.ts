import type { Figure } from '../api/assistant.ts';

/** A part of an answer's text: words, or a number that a figure proves. */
export interface Piece {
  text: string;
  figure?: Figure;
}

const forms = new Map<number, Intl.NumberFormat>();

/** A number as answers write it: Indonesian, whatever the screen's language; decimals −1: as many as it has. */
export function indonesian(value: number, decimals: number): string {
  let form = forms.get(decimals);
  if (!form) {
    form = new Intl.NumberFormat('id-ID', {
      minimumFractionDigits: Math.max(0, decimals),
      maximumFractionDigits: decimals < 0 ? 6 : decimals,
    });
    forms.set(decimals, form);
  }
  return form.format(value);
}

const written = (f: Figure) => indonesian(Math.abs(f.value), f.decimals);

/**
 * Cuts a text at the numbers that its figures stand for. A number that two
 * figures share is given to them in their order. Digits that belong to a longer
 * number ("482" in "1.482") are left alone.
 */
export function pieces(text: string, figures: readonly Figure[]): Piece[] {
  const byText = new Map<string, Figure[]>();
  for (const figure of figures) {
    const group = byText.get(written(figure));
    if (group) group.push(figure);
    else byText.set(written(figure), [figure]);
  }
  if (byText.size === 0) return [{ text }];
  const used = new Map<string, number>();
  const made: Piece[] = [];
  let last = 0;
  for (const match of text.matchAll(/\d+(?:[.,]\d+)*/g)) {
    const group = byText.get(match[0]);
    if (!group) continue;
    const turn = used.get(match[0]) ?? 0;
    used.set(match[0], turn + 1);
    if (match.index > last) made.push({ text: text.slice(last, match.index) });
    made.push({ text: match[0], figure: group[Math.min(turn, group.length - 1)] as Figure });
    last = match.index + match[0].length;
  }
  if (last < text.length) made.push({ text: text.slice(last) });
  return made;
}
