import type { LayerDescription } from '../protocol/descriptions.ts';
import type { ViewProps } from './app.tsx';
import { LayerChoice } from './layer-choice.tsx';
import { onDemand } from './on-demand.tsx';

const LayerBlocks = onDemand(async () => (await import('./layer-blocks.tsx')).LayerBlocks);

/** Smaller networks are shown layer by layer. */
const MOST_UNFOLDED = 40;

/** Whether a network has more layers than can be taken in at a glance. */
function isFolded(layers: readonly LayerDescription[]): boolean {
  return layers.length > MOST_UNFOLDED;
}

/** The network from input to output; feature maps can be chosen. */
export function LayerList({ state, dispatch }: ViewProps) {
  const description = state.description ?? state.explained?.result.model;
  if (!description && state.model.kind !== 'built-in') return null;
  // Those of a network that comes along are there in a moment.
  const { layers, defaultLayer } = description ?? { layers: [], defaultLayer: '' };
  const chosen = state.settings.layer ?? defaultLayer;
  const choose = ({ name }: LayerDescription): void => {
    dispatch({ kind: 'change-settings', settings: { layer: name === defaultLayer ? null : name } });
  };
  return (
    <section class="card layers" aria-labelledby="layers-title">
      <h2 id="layers-title">Inside the network</h2>
      <fieldset>
        <legend class="hint">
          From input to answer. Choose the layer whose channels are switched off: later ones say what counted,
          earlier ones where exactly.
        </legend>
        {isFolded(layers) ? (
          <div class="folded">
            <LayerBlocks
              key={description?.name}
              layers={layers}
              chosen={chosen}
              onChoose={choose}
              dispatch={dispatch}
            />
          </div>
        ) : (
          <ol class="chain">
            {layers.map((layer, i) => (
              // Outputs stand beside each other: one does not lead to the next.
              <li key={layer.name} class={layers[i + 1]?.inputs.includes(layer.name) ? 'leads-on' : ''}>
                <LayerChoice layer={layer} isChosen={layer.name === chosen} onChoose={choose} />
              </li>
            ))}
          </ol>
        )}
      </fieldset>
    </section>
  );
}
