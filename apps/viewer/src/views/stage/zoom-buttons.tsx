import { wholePercent } from '../../state/whole-percent.ts';
import { WHOLE, zoomedAt, type Zoom } from './zoom.ts';

interface ZoomButtonsProps {
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
}

const STEP = 1.6;
const MIDDLE = { x: 0.5, y: 0.5 };

/** Closer, further, all of it: what the wheel, two fingers and keys do as well. */
export function ZoomButtons({ zoom, onZoom }: ZoomButtonsProps) {
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <button
        type="button"
        aria-label="Zoom out"
        disabled={zoom.scale === 1}
        onClick={() => {
          onZoom(zoomedAt(zoom, 1 / STEP, MIDDLE));
        }}
      >
        −
      </button>
      <output>{wholePercent(zoom.scale)}</output>
      <button
        type="button"
        aria-label="Zoom in"
        onClick={() => {
          onZoom(zoomedAt(zoom, STEP, MIDDLE));
        }}
      >
        +
      </button>
      <button
        type="button"
        disabled={zoom.scale === 1}
        onClick={() => {
          onZoom(WHOLE);
        }}
      >
        All of it
      </button>
    </div>
  );
}
