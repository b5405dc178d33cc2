import type { Fit } from '@ablation-cam/model';
import { otherSize } from '../state/picture-fit.ts';
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
  // Of what the stage shows, also while the next one is on its way: nothing below moves to and fro.
  if (input?.kind !== 'file' || !explained) return null;
  const { isOnWhite, shape } = explained.result.input;
  const [rows = 1, columns = 1] = shape;
  const size = otherSize(explained.result.input);
  if (!size && !isOnWhite) return null;
  return (
    <div class="picture-fit">
      {isOnWhite && <p class="hint">Parts of this picture can be seen through: it was laid on white.</p>}
      {size && (
        <Choice
          label={`${size[1]} × ${size[0]} pixels, shown as the network gets them (${columns} × ${rows}):`}
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
