import type { ColorMapName } from '@ablation-cam/xai/drawing';
import type { ResultOverview, ResultTile } from '../protocol/results.ts';
import { classNameIn, isWrong } from '../state/results.ts';
import { probability } from './format.ts';
import { Icon } from './icon.tsx';
import { ImageCanvas } from './image-canvas.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { SignalCurve } from './signal-curve.tsx';

interface ResultTileViewProps {
  readonly overview: ResultOverview;
  readonly index: number;
  /** Null while it is on its way. */
  readonly tile: ResultTile | null;
  readonly isChosen: boolean;
  readonly colors: ColorMapName;
  readonly onChoose: () => void;
}

/** A sample of a result: what the network said, how sure it was, and its map over the picture, where there is one. */
export function ResultTileView({ overview, index, tile, isChosen, colors, onChoose }: ResultTileViewProps) {
  const name = overview.sources[index] ?? '';
  const wrong = isWrong(overview, index);
  const said = classNameIn(overview, overview.predicted[index] ?? -1);
  const truth = classNameIn(overview, overview.labels[index] ?? -1);
  const share = overview.confidence[index] ?? NaN;
  const sure = Number.isNaN(share) ? '' : probability(share);
  return (
    <li>
      <button
        type="button"
        class={wrong ? 'sample tile wrong' : 'sample tile'}
        aria-pressed={isChosen}
        title={`${name}: ${said}${sure && `, ${sure}`}${wrong ? `, but it is ${truth}` : ''}`}
        onClick={onChoose}
      >
        {tile ? <Picture tile={tile} colors={colors} /> : <span class="tile-picture empty" />}
        <span class="visually-hidden">{name}: </span>
        <span class="caption">
          {wrong && <Icon name="wrong" />} {wrong && 'said '}
          {said}
        </span>
        <span class="caption sure">{wrong ? `is ${truth}` : sure || name}</span>
      </button>
    </li>
  );
}

function Picture({
  tile: { map, picture },
  colors,
}: {
  readonly tile: ResultTile;
  readonly colors: ColorMapName;
}) {
  const { image, signal } = picture;
  if (signal || map.shape.length === 1) {
    return (
      <span class="tile-picture curve-and-strip">
        {signal && <SignalCurve values={signal} class="curve" />}
        <MapCanvas map={map} colors={colors} class="strip" />
      </span>
    );
  }
  return (
    <span class="tile-picture">
      {image && <ImageCanvas image={image} class="layer" />}
      <MapCanvas
        map={map}
        colors={colors}
        seeThrough={image !== null}
        class={image ? 'layer over' : 'layer'}
      />
    </span>
  );
}
