import type { PositionMap } from '@ablation-cam/xai';
import type { ColorMapName } from '@ablation-cam/xai/drawing';
import type { InputDescription } from '../protocol/descriptions.ts';
import { aspectOf } from '../state/aspect.ts';
import { ImageCanvas } from './image-canvas.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { SignalCurve } from './signal-curve.tsx';

interface InputWithMapProps {
  readonly input: InputDescription;
  readonly heatmap: PositionMap;
  /** Whether 0.5 is where the map has nothing to say, instead of 0. */
  readonly isSigned?: boolean;
  readonly colors: ColorMapName;
  readonly label: string;
}

/** A small picture of the input with a map: over an image, below a signal. */
export function InputWithMap({ input, heatmap, isSigned = false, colors, label }: InputWithMapProps) {
  if (!input.image) {
    const channels = input.shape.at(-1) ?? 1;
    return (
      <div class="small-signal" role="img" aria-label={label}>
        <SignalCurve values={input.data.filter((_, i) => i % channels === 0)} class="curve" />
        <MapCanvas map={heatmap} isSigned={isSigned} colors={colors} class="strip" />
      </div>
    );
  }
  return (
    <div class="picture" role="img" aria-label={label} style={{ aspectRatio: String(aspectOf(input)) }}>
      <ImageCanvas image={input.image} class="layer" />
      <MapCanvas map={heatmap} isSigned={isSigned} colors={colors} seeThrough class="layer over veil" />
    </div>
  );
}
