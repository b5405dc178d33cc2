import type { BuiltInName } from '../protocol/sources.ts';
import { builtInModels, sampleOf } from '../state/state.ts';
import type { ViewProps } from './app.tsx';
import { FilePickers } from './file-pickers.tsx';
import { large, shapeText } from './format.ts';
import { Gallery } from './gallery.tsx';

const ABOUT: Readonly<Record<BuiltInName, string>> = {
  mnist1d: 'Short signals, each a digit from 0 to 9.',
  textures: 'Images with one patch of texture: the network names the texture.',
};

/** Which network, and which input. */
export function ChoosePanel({
  state,
  dispatch,
  available,
}: ViewProps & { available: readonly BuiltInName[] }) {
  const { model, description, input } = state;
  return (
    <section class="card choose" aria-labelledby="choose-title">
      <h2 id="choose-title">Network and input</h2>
      <div class="segments" role="group" aria-label="Network">
        {available.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={model.id === name}
            onClick={() => {
              dispatch({ kind: 'choose-model', model: builtInModels[name], input: sampleOf(name, 0) });
            }}
          >
            {builtInModels[name].name}
          </button>
        ))}
        {model.kind === 'files' && (
          <button type="button" aria-pressed="true" class="own" title={model.name}>
            {model.name}
          </button>
        )}
      </div>
      <p class="hint">
        {model.kind === 'built-in' ? `${ABOUT[model.id]} ` : ''}
        {description &&
          `Takes ${description.takes === 'image' ? 'an image' : 'a signal'} ${shapeText(description.inputShape)}; ${large(description.parameters)} parameters.`}
      </p>
      {model.kind === 'built-in' ? (
        <Gallery state={state} dispatch={dispatch} name={model.id} />
      ) : (
        <p class="own-input">{input ? `Input: ${input.name}` : 'Drop or open an input for this network.'}</p>
      )}
      <FilePickers state={state} dispatch={dispatch} />
    </section>
  );
}
