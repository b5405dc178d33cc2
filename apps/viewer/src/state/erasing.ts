import type { Erasure, Fill, Mark } from '../protocol/erasure.ts';
import type { Explained } from '../protocol/descriptions.ts';

/** What was painted from pressing to letting go: what is taken back at once. */
export interface Stroke {
  /** Of no other stroke. */
  readonly id: number;
  readonly marks: readonly Mark[];
}

/** Painting over the input. */
export interface Erasing {
  /** Whether the pointer paints, instead of moving the picture. */
  readonly isActive: boolean;
  readonly fill: Fill;
  /** The diameter of the brush, as a share of the shorter side of the picture. */
  readonly size: number;
  readonly strokes: readonly Stroke[];
  /** What the network said before the first stroke. */
  readonly before: Explained | null;
}

export const noErasing: Erasing = { isActive: false, fill: 'mean', size: 0.2, strokes: [], before: null };

export const brushSizes: readonly number[] = [0.05, 0.1, 0.2, 0.35];

export type ErasingAction =
  | { readonly kind: 'choose-eraser'; readonly eraser: Partial<Pick<Erasing, 'isActive' | 'fill' | 'size'>> }
  /** Begins a stroke, or takes the place of the one with its number: it has grown. */
  | { readonly kind: 'erase'; readonly stroke: Stroke }
  | { readonly kind: 'undo-erasing' }
  | { readonly kind: 'clear-erasing' };

/** @param shown what is explained now, null while nothing or something else is */
export function reduceErasing(erasing: Erasing, action: ErasingAction, shown: Explained | null): Erasing {
  const { strokes } = erasing;
  switch (action.kind) {
    case 'choose-eraser':
      return { ...erasing, ...action.eraser };
    case 'erase': {
      const others = strokes.filter(({ id }) => id !== action.stroke.id);
      const before = strokes.length === 0 ? shown : erasing.before;
      return { ...erasing, strokes: [...others, action.stroke], before };
    }
    case 'undo-erasing':
      return withStrokes(erasing, strokes.slice(0, -1));
    case 'clear-erasing':
      return withStrokes(erasing, []);
  }
}

function withStrokes(erasing: Erasing, strokes: readonly Stroke[]): Erasing {
  return { ...erasing, strokes, before: strokes.length === 0 ? null : erasing.before };
}

/** Another input is whole again; the tool stays in the hand. */
export function withoutStrokes(erasing: Erasing): Erasing {
  return withStrokes(erasing, []);
}

/** What is asked of the worker, or null where nothing is erased. */
export function erasureOf({ fill, strokes }: Erasing): Erasure | null {
  if (strokes.length === 0) return null;
  // A stroke only grows, and its number is its own.
  const id = [fill, ...strokes.map((stroke) => `${stroke.id}.${stroke.marks.length}`)].join(' ');
  return { fill, marks: strokes.flatMap(({ marks }) => marks), id };
}
