import type { BuiltInName } from '../protocol/sources.ts';
import type { ViewProps } from './app.tsx';
import { FilePickers } from './file-pickers.tsx';
import { inputText, large } from './format.ts';
import { Gallery } from './gallery.tsx';
import { InputShelf, NetworkShelf, ShelfNote } from './shelf.tsx';

const ABOUT: Readonly<Record<BuiltInName, string>> = {
  mnist1d: 'Short signals, each a digit from 0 to 9.',
  textures: 'Images with one patch of texture: the network names the texture.',
  tissue: 'Photographs of stained colorectal tissue: the network names one of eight kinds.',
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
      <NetworkShelf state={state} dispatch={dispatch} available={available} />
      <p class="hint">
        {model.kind === 'built-in' ? `${ABOUT[model.id]} ` : ''}
        {description && `Takes ${inputText(description)}; ${large(description.parameters)} parameters.`}
      </p>
      {model.kind === 'built-in' && <Gallery state={state} dispatch={dispatch} name={model.id} />}
      {(model.kind !== 'built-in' || input?.kind === 'file') && (
        <p class="own-input">{input ? `Input: ${input.name}` : 'Drop or open an input for this network.'}</p>
      )}
      <InputShelf state={state} dispatch={dispatch} />
      <FilePickers state={state} dispatch={dispatch} />
      <ShelfNote state={state} dispatch={dispatch} />
    </section>
  );
}
