import { useMemo } from 'preact/hooks';
import { resizeBilinear, type PositionMap } from '@ablation-cam/xai';
import type { InputDescription } from '../protocol/descriptions.ts';
import { ImageCanvas } from './image-canvas.tsx';
import { SignalCurve } from './signal-curve.tsx';

interface KeptInputProps {
  readonly input: InputDescription;
  /** 1 where the input is kept, else 0. */
  readonly kept: PositionMap;
  readonly label: string;
}

/** The input with the rest blanked, as the network was asked again. */
export function KeptInput({ input, kept, label }: KeptInputProps) {
  const { image } = input;
  const masked = useMemo(() => {
    if (!image) return null;
    const { data } = resizeBilinear(kept, [image.height, image.width]);
    const rgb = image.rgb.map((value, i) => value * (data[Math.floor(i / 3)] ?? 0));
    return { ...image, rgb };
  }, [image, kept]);
  if (masked) return <ImageCanvas image={masked} class="layer" label={label} />;
  return (
    <div class="small-signal" role="img" aria-label={label}>
      <SignalCurve values={input.data} kept={kept.data} class="curve" />
    </div>
  );
}
