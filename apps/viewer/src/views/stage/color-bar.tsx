import type { PositionMap } from '@ablation-cam/xai';
import type { ColorMapName } from '@ablation-cam/xai/drawing';
import type { StageMap } from '../../state/stage-map.ts';
import { magnitude } from '../format.ts';
import { MapCanvas } from '../map-canvas.tsx';

const LEVELS = 128;
const ramp: PositionMap = {
  shape: [LEVELS],
  data: Float32Array.from({ length: LEVELS }, (_, i) => i / (LEVELS - 1)),
};

interface ColorBarProps {
  readonly drawn: StageMap;
  readonly colors: ColorMapName;
  readonly threshold: number;
}

/** What the colors mean, with the values of the map at their ends. */
export function ColorBar({ drawn: { low, high, isSigned }, colors, threshold }: ColorBarProps) {
  if (high === 0) return <div class="color-bar">The map is 0 everywhere: there is nothing to color.</div>;
  return (
    <div class="color-bar">
      <span>{isSigned ? `against ${magnitude(low)}` : '0, did not count'}</span>
      <MapCanvas
        map={ramp}
        colors={colors}
        isSigned={isSigned}
        threshold={threshold}
        class="ramp"
        label={`Colors from ${magnitude(low)} to ${magnitude(high)}`}
      />
      <span>{isSigned ? `${signedMagnitude(high)} for` : `${magnitude(high)}, counted most`}</span>
    </div>
  );
}

function signedMagnitude(value: number): string {
  return value > 0 ? `+${magnitude(value)}` : magnitude(value);
}
