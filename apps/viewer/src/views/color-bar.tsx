import type { PositionMap } from '@ablation-cam/xai';
import type { ColorMapName } from '@ablation-cam/xai/drawing';
import { MapCanvas } from './map-canvas.tsx';

const LEVELS = 128;
const ramp: PositionMap = {
  shape: [LEVELS],
  data: Float32Array.from({ length: LEVELS }, (_, i) => i / (LEVELS - 1)),
};

/** What the colors mean. */
export function ColorBar({ colors }: { colors: ColorMapName }) {
  return (
    <div class="color-bar">
      <span>did not count</span>
      <MapCanvas
        map={ramp}
        colors={colors}
        class="ramp"
        label="Colors from 0 to the largest value of the map"
      />
      <span>counted most</span>
    </div>
  );
}
