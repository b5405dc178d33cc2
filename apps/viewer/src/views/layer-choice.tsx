import type { LayerDescription } from '../protocol/descriptions.ts';
import { shapeText } from './format.ts';

interface LayerChoiceProps {
  readonly layer: LayerDescription;
  readonly isChosen: boolean;
  readonly onChoose: (layer: LayerDescription) => void;
}

/** A layer as a box, which can be chosen where its output is a feature map. */
export function LayerChoice({ layer, isChosen, onChoose }: LayerChoiceProps) {
  if (!layer.isCandidate) {
    return (
      <span class="layer-box plain">
        <LayerText layer={layer} />
      </span>
    );
  }
  return (
    <label class={isChosen ? 'layer-box chosen' : 'layer-box'}>
      <input
        type="radio"
        name="layer"
        checked={isChosen}
        onChange={() => {
          onChoose(layer);
        }}
      />
      <LayerText layer={layer} />
    </label>
  );
}

function LayerText({ layer: { name, type, shape } }: { layer: LayerDescription }) {
  return (
    <>
      <LayerGlyph shape={shape} />
      <span class="layer-text">
        <span class="layer-name">
          {name.split(/(?=_)/u).flatMap((part, i) => (i === 0 ? [part] : [<wbr key={i} />, part]))}
        </span>
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
