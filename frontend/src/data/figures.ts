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

/** After a day's number: a month, or the day that a stretch ends with; after an hour's, its minutes are part of it. */
const dayGoesOn =
  /^(?:–\d{1,2})?\s(?:Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember)\b/;
const months =
  /(?:Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember)\s$/;

/** Whether a number of the text belongs to a date: "1" and "22" in "1–22 November 2026", "10.12" behind it. */
function ofDate(text: string, from: number, to: number): boolean {
  const before = text.slice(Math.max(0, from - 24), from);
  return (
    dayGoesOn.test(text.slice(to, to + 20)) ||
    months.test(before) ||
    months.test(before.replace(/\d{4}\s$/, ''))
  );
}

/**
 * Cuts a text at the numbers that its figures stand for. A number that two
 * figures share is given to them in their order. Digits that belong to a longer
 * number ("482" in "1.482") or to a date are left alone.
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
    if (!group || ofDate(text, match.index, match.index + match[0].length)) continue;
    const turn = used.get(match[0]) ?? 0;
    used.set(match[0], turn + 1);
    if (match.index > last) made.push({ text: text.slice(last, match.index) });
    made.push({ text: match[0], figure: group[Math.min(turn, group.length - 1)] as Figure });
    last = match.index + match[0].length;
  }
  if (last < text.length) made.push({ text: text.slice(last) });
  return made;
}
