import type { Fit } from '@ablation-cam/model';
import { isExplained } from '../state/wanted-calls.ts';
import type { ViewProps } from './app.tsx';
import { Choice } from './settings.tsx';

const FITS: readonly (readonly [Fit, string])[] = [
  ['squash', 'squashed to fit'],
  ['crop', 'cropped to the middle'],
  ['pad', 'padded with black'],
];

/** What happens to a picture of the user's on its way into the network, and the choice of it where there is one. */
export function PictureFit({ state, dispatch }: ViewProps) {
  const { explained, input, fit } = state;
  if (input?.kind !== 'file' || !explained || !isExplained(state)) return null;
  const { givenSize, isOnWhite, shape } = explained.result.input;
  const [rows = 1, columns = 1] = shape;
  const [height, width] = givenSize ?? [rows, columns];
  // Whole pixels cannot always have the very proportions.
  const isOther = Math.abs(height * columns - width * rows) > Math.max(rows, columns);
  if (!isOther && !isOnWhite) return null;
  return (
    <div class="picture-fit">
      {isOnWhite && <p class="hint">Parts of this picture can be seen through: it was laid on white.</p>}
      {isOther && (
        <Choice
          label={`${width} × ${height} pixels, shown as the network gets them (${columns} × ${rows}):`}
          value={fit}
          options={FITS}
          onChange={(chosen) => {
            dispatch({ kind: 'fit-pictures', fit: chosen });
          }}
        />
      )}
    </div>
  );
}
