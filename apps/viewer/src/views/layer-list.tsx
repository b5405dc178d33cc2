import type { LayerDescription } from '../protocol/descriptions.ts';
import type { ViewProps } from './app.tsx';
import { shapeText } from './format.ts';

/** The network from input to output; feature maps can be chosen. */
export function LayerList({ state, dispatch }: ViewProps) {
  const description = state.description ?? state.explained?.result.model;
  if (!description) return null;
  const chosen = state.settings.layer ?? description.defaultLayer;
  return (
    <section class="card layers" aria-labelledby="layers-title">
      <h2 id="layers-title">Inside the network</h2>
      <fieldset>
        <legend class="hint">
          From input to answer. Choose the layer whose channels are switched off: later ones say what counted,
          earlier ones where exactly.
        </legend>
        <ol class="chain">
          {description.layers.map((layer) => (
            <li key={layer.name}>
              {layer.isCandidate ? (
                <label class={layer.name === chosen ? 'layer-box chosen' : 'layer-box'}>
                  <input
                    type="radio"
                    name="layer"
                    checked={layer.name === chosen}
                    onChange={() => {
                      const isDefault = layer.name === description.defaultLayer;
                      dispatch({
                        kind: 'change-settings',
                        settings: { layer: isDefault ? null : layer.name },
                      });
                    }}
                  />
                  <LayerText layer={layer} />
                </label>
              ) : (
                <span class="layer-box plain">
                  <LayerText layer={layer} />
                </span>
              )}
            </li>
          ))}
        </ol>
      </fieldset>
    </section>
  );
}

function LayerText({ layer: { name, type, shape } }: { layer: LayerDescription }) {
  return (
    <>
      <LayerGlyph shape={shape} />
      <span class="layer-text">
        <span class="layer-name">{name}</span>
        <span class="layer-class">{type}</span>
        <span class="layer-shape">{shapeText(shape)}</span>
      </span>
    </>
  );
}

/** As high as the layer has positions, as wide as it has channels, both on a logarithmic scale. */
function LayerGlyph({ shape }: { shape: readonly (number | null)[] }) {
  const channels = shape.at(-1) ?? 1;
  const positions = shape.slice(0, -1).reduce((most: number, size) => Math.max(most, size ?? 1), 1);
  const height = Math.min(34, 4 + 4 * Math.log2(positions));
  const width = Math.min(30, 3 + 2.5 * Math.log2(channels));
  return (
    <svg class="glyph" width="32" height="36" viewBox="0 0 32 36" aria-hidden="true">
      <rect x={(32 - width) / 2} y={(36 - height) / 2} width={width} height={height} rx="2" />
    </svg>
  );
}
