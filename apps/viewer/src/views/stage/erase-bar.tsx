import type { Explained } from '../../protocol/descriptions.ts';
import { erasedCells } from '../../protocol/erasure.ts';
import { brushSizes, erasureOf } from '../../state/erasing.ts';
import { classNameOf, predictedClass } from '../../state/selectors.ts';
import { wholePercent } from '../../state/whole-percent.ts';
import type { ViewProps } from '../app.tsx';
import { probability } from '../format.ts';
import { Icon } from '../icon.tsx';
import { Choice } from '../settings.tsx';
import type { PlanePoint } from './zoom.ts';

const FILLS = [
  ['mean', 'its mean'],
  ['blur', 'a blur'],
  ['zero', 'zero'],
] as const;
const SIZES = brushSizes.map((size) => [String(size), wholePercent(size)] as const);

interface EraseBarProps extends ViewProps {
  readonly explained: Explained;
  /** Where the eraser of the keyboard is. */
  readonly middle: PlanePoint;
}

/** Painting over a part of the input, and what that does to the prediction. */
export function EraseBar({ state, dispatch, explained, middle }: EraseBarProps) {
  const { isActive, fill, size, strokes } = state.erasing;
  return (
    <div class="erase">
      <div class="controls">
        {isActive && (
          <>
            <Choice
              label="With"
              value={fill}
              options={FILLS}
              onChange={(chosen) => {
                dispatch({ kind: 'choose-eraser', eraser: { fill: chosen } });
              }}
            />
            <Choice
              label="Size"
              value={String(size)}
              options={SIZES}
              onChange={(chosen) => {
                dispatch({ kind: 'choose-eraser', eraser: { size: Number(chosen) } });
              }}
            />
          </>
        )}
        <div class="buttons">
          <button
            type="button"
            disabled={strokes.length === 0}
            onClick={() => {
              dispatch({ kind: 'undo-erasing' });
            }}
          >
            Undo
          </button>
          <button
            type="button"
            disabled={strokes.length === 0}
            onClick={() => {
              dispatch({ kind: 'clear-erasing' });
            }}
          >
            Clear
          </button>
        </div>
      </div>
      <p class="hint" aria-live="polite">
        {strokes.length > 0 ? (
          <Effect state={state} explained={explained} />
        ) : (
          'Paint over a part: is the answer still the same without it?'
        )}
      </p>
      {isActive && (
        <p class="visually-hidden" aria-live="polite">
          Eraser at {wholePercent(middle.x)} from the left
          {explained.input.image && `, ${wholePercent(middle.y)} from the top`}
        </p>
      )}
    </div>
  );
}

/** How much is gone, and what the network said with and without it. */
function Effect({ state, explained }: Pick<EraseBarProps, 'state' | 'explained'>) {
  const { before } = state.erasing;
  const cells = erasedCells(erasureOf(state.erasing)?.marks ?? [], explained.input.shape.slice(0, -1));
  const share = cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
  const erased = `${wholePercent(share)} erased`;
  if (before?.logits.length !== explained.logits.length) return <>{erased}</>;
  const [first, now] = [predictedClass(before), predictedClass(explained)];
  const score = ({ probabilities, logits }: Explained, c: number): string =>
    probabilities ? probability(probabilities[c] ?? 0) : (logits[c] ?? 0).toFixed(2);
  return (
    <>
      {erased}: “<b>{classNameOf(state, first)}</b>” {score(before, first)} <Icon name="becomes" />{' '}
      {score(explained, first)}
      {now !== first && (
        <>
          ; now it says “<b>{classNameOf(state, now)}</b>” ({score(explained, now)})
        </>
      )}
    </>
  );
}
