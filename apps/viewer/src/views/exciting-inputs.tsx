import { mostExciting, type MostExciting } from '../state/most-exciting.ts';
import { wholePercent } from '../state/whole-percent.ts';
import type { ViewProps } from './app.tsx';
import { Thumbnail } from './thumbnail.tsx';

/** The inputs at hand that excite a channel most; a click opens one. */
export function ExcitingInputs({ state, dispatch, channel }: ViewProps & { readonly channel: number }) {
  const found = mostExciting(state, channel);
  const { inputs, looked, all, isCancelled } = found;
  const most = inputs[0]?.peak ?? 1;
  return (
    <section class="exciting" aria-labelledby="exciting-title">
      <h4 id="exciting-title">What excites it most</h4>
      {inputs.length > 0 && (
        <ul class="gallery">
          {inputs.map(({ input, picture, peak }) => (
            <li key={input.id}>
              <button
                type="button"
                class="sample"
                aria-pressed={state.input?.id === input.id}
                title={`${input.name}: ${peak.toPrecision(3)} at most`}
                onClick={() => {
                  dispatch({ kind: 'choose-input', input });
                }}
              >
                <Thumbnail item={picture} />
                <span class="visually-hidden">{input.name}: </span>
                <span class="caption">{wholePercent(peak / most)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="hint">
        {wordsOf(found, state.channels.focused === null)}
        {inputs.length > 0 && ' In % of its strongest response.'}{' '}
        {looked < all && state.channels.focused !== null && (
          <button
            type="button"
            class="link"
            onClick={() => {
              dispatch(isCancelled ? { kind: 'resume-exciting' } : { kind: 'cancel-job', slot: 'excite' });
            }}
          >
            {isCancelled ? 'Look at the others' : 'Stop'}
          </button>
        )}
      </p>
    </section>
  );
}

function wordsOf({ inputs, looked, all }: MostExciting, isAsleep: boolean): string {
  if (isAsleep && looked === 0) return 'Point at a bar: the inputs here are looked through for it.';
  if (looked < all) return `Looked at ${looked} of ${all} inputs.`;
  return inputs.length === 0 ? `None of the ${all} inputs here excites it.` : `Of the ${all} inputs here.`;
}
