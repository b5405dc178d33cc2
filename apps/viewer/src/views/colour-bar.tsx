import type { ColourMapName, PositionMap } from '@ablation-cam/xai';
import { MapCanvas } from './map-canvas.tsx';

const LEVELS = 128;
const ramp: PositionMap = {
  shape: [LEVELS],
  data: Float32Array.from({ length: LEVELS }, (_, i) => i / (LEVELS - 1)),
};

/** What the colours mean. */
export function ColourBar({ colours }: { colours: ColourMapName }) {
  return (
    <div class="colour-bar">
      <span>did not count</span>
      <MapCanvas
        map={ramp}
        colours={colours}
        class="ramp"
        label="Colours from 0 to the largest value of the map"
      />
      <span>counted most</span>
    </div>
  );
}
