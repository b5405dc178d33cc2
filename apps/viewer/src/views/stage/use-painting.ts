import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Mark } from '../../protocol/erasure.ts';
import { isShown } from '../../state/selectors.ts';
import type { ViewProps } from '../app.tsx';
import type { Painter } from './use-gestures.ts';
import type { PlanePoint } from './zoom.ts';

/** Strokes have numbers of their own over all inputs: the worker tells erasures apart by them. */
let strokeCount = 0;

interface OpenStroke {
  readonly id: number;
  marks: readonly Mark[];
  /** How many marks the state has. */
  sent: number;
}

export interface Painting {
  readonly painter: Painter;
  /** What was painted and is not in the picture yet. */
  readonly wet: readonly Mark[];
  /** Erases one mark, as a stroke of its own. */
  readonly stamp: (mark: Mark) => void;
}

/**
 * Painting over the input. The worker explains one state of a stroke after the other: what is painted meanwhile waits until it is
 * ready, or until the stroke ends.
 *
 * @param markAt the part that is erased with the pointer at a place
 */
export function usePainting({ state, dispatch }: ViewProps, markAt: (place: PlanePoint) => Mark): Painting {
  const [wet, setWet] = useState<readonly Mark[]>([]);
  const stroke = useRef<OpenStroke | null>(null);
  const isReady = isShown(state) || state.problem !== null;
  /** What handlers see that outlive a rendering. */
  const latest = useRef({ isReady, markAt });
  latest.current = { isReady, markAt };

  const send = useMemo(
    () =>
      (force: boolean): void => {
        const open = stroke.current;
        if (!open || open.sent === open.marks.length || !(force || latest.current.isReady)) return;
        open.sent = open.marks.length;
        dispatch({ kind: 'erase', stroke: { id: open.id, marks: open.marks } });
      },
    [dispatch],
  );
  useEffect(() => {
    if (!isReady) return;
    // What the state had is in the picture now.
    setWet(stroke.current?.marks.slice(stroke.current.sent) ?? []);
    send(false);
  }, [isReady, state.explained, send]);

  const add = (marks: readonly Mark[]): void => {
    if (!stroke.current) return;
    stroke.current.marks = [...stroke.current.marks, ...marks];
    setWet((before) => [...before, ...marks]);
    send(false);
  };
  const begin = (mark: Mark): void => {
    stroke.current = { id: ++strokeCount, marks: [], sent: 0 };
    add([mark]);
  };
  const end = (): void => {
    send(true);
    stroke.current = null;
  };
  const painter: Painter = {
    begin: (place) => {
      begin(latest.current.markAt(place));
    },
    move: (place) => {
      const last = stroke.current?.marks.at(-1);
      if (last) add(marksBetween(last, latest.current.markAt(place)));
    },
    end,
  };
  return {
    painter,
    wet,
    stamp: (mark) => {
      begin(mark);
      end();
    },
  };
}

/** The marks from one to another, so close that nothing is left between them; none for a move that changes nothing. */
function marksBetween(from: Mark, to: Mark): readonly Mark[] {
  const steps = Math.max(Math.abs(to.x - from.x) / to.width, Math.abs(to.y - from.y) / to.height);
  // Less than an eighth of the brush is not worth a mark: it will come with the next move.
  if (steps < 1 / 8) return [];
  const count = Math.max(1, Math.ceil(4 * steps));
  return Array.from({ length: count }, (_, i) => {
    const share = (i + 1) / count;
    return { ...to, x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  });
}
