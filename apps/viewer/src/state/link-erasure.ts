import type { Fill, Mark } from '../protocol/erasure.ts';
import { noErasing, type Erasing, type Stroke } from './erasing.ts';

/** A link beyond this is cut off on its way through mails and chats. */
const MOST_CHARACTERS = 1500;

const FILLS: readonly Fill[] = ['mean', 'blur', 'zero'];
const FORMS: Readonly<Record<string, Mark['form']>> = { d: 'disc', b: 'box' };

/** Numbers are written in these parts of the picture, to base 36. */
const PARTS = 10_000;

/**
 * Returns what is erased as text for a link: the fill, then each stroke by the form and the size of its marks and their middles; `''`
 * where nothing is erased, null where it does not fit.
 */
export function erasureText({ fill, strokes }: Pick<Erasing, 'fill' | 'strokes'>): string | null {
  if (strokes.length === 0) return '';
  const text = [fill, ...strokes.flatMap(({ marks }) => runsOf(marks))].join('~');
  return text.length <= MOST_CHARACTERS ? text : null;
}

/** Marks of one form and size that follow each other. */
function runsOf(marks: readonly Mark[]): readonly string[] {
  const runs: { readonly head: string; readonly middles: string[] }[] = [];
  for (const { form, x, y, width, height } of marks) {
    const head = [form.charAt(0), digits(width), digits(height)].join('.');
    if (runs.at(-1)?.head !== head) runs.push({ head, middles: [] });
    runs.at(-1)?.middles.push(digits(x), digits(y));
  }
  return runs.map(({ head, middles }) => [head, ...middles].join('.'));
}

function digits(share: number): string {
  return Math.round(share * PARTS).toString(36);
}

/** Returns the eraser with what a text of `erasureText` erases; what makes no sense erases nothing. */
export function erasingIn(text: string | null): Erasing {
  const [first, ...runs] = (text ?? '').slice(0, MOST_CHARACTERS).split('~');
  const fill = FILLS.find((name) => name === first);
  const strokes = runs.flatMap((run) => strokeIn(run) ?? []);
  return fill && strokes.length > 0 ? { ...noErasing, fill, strokes } : noErasing;
}

function strokeIn(run: string): Stroke | null {
  const [letter = '', ...words] = run.split('.');
  const form = Object.hasOwn(FORMS, letter) ? FORMS[letter] : undefined;
  const [width = NaN, height = NaN, ...middles] = words.map((word) =>
    /^[0-9a-z]{1,4}$/.test(word) ? parseInt(word, 36) / PARTS : NaN,
  );
  if (!form || !(width > 0 && height > 0) || middles.length < 2 || middles.some(Number.isNaN)) return null;
  const marks = Array.from({ length: Math.floor(middles.length / 2) }, (_, i) => ({
    form,
    x: middles[2 * i]!,
    y: middles[2 * i + 1]!,
    width,
    height,
  }));
  return { id: numberOf(runsOf(marks).join('~')), marks };
}

/** A number of a text, below 0, which those of strokes that are painted are not (FNV-1a). */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return -1 - (hash >>> 0);
}
