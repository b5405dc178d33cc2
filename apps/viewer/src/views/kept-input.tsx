import { useMemo } from 'preact/hooks';
import { resizeBilinear, type PositionMap } from '@ablation-cam/xai';
import type { Blank } from '../protocol/calls.ts';
import type { InputDescription } from '../protocol/descriptions.ts';
import { aspectOf } from '../state/aspect.ts';
import { channelMeans } from '../state/channel-means.ts';
import { ImageCanvas } from './image-canvas.tsx';
import { SignalCurve } from './signal-curve.tsx';

interface KeptInputProps {
  readonly input: InputDescription;
  /** 1 where the input is kept, else 0. */
  readonly kept: PositionMap;
  readonly blank: Blank;
  readonly label: string;
}

/** The input with the rest blanked, as the network was asked again. */
export function KeptInput({ input, kept, blank, label }: KeptInputProps) {
  const { image, zeroColor } = input;
  const masked = useMemo(() => {
    if (!image) return null;
    const { data } = resizeBilinear(kept, [image.height, image.width]);
    const color = blank === 'zero' ? zeroColor : channelMeans(image.rgb, 3);
    const rgb = image.rgb.map((value, i) => {
      const rest = color?.[i % 3] ?? 0;
      return rest + (value - rest) * (data[Math.floor(i / 3)] ?? 0);
    });
    return { ...image, rgb };
  }, [image, zeroColor, kept, blank]);
  if (masked) {
    return (
      <div class="picture" style={{ aspectRatio: String(aspectOf(input)) }}>
        <ImageCanvas image={masked} class="layer" label={label} />
      </div>
    );
  }
  const channels = input.shape.at(-1) ?? 1;
  const [rest = 0] = blank === 'zero' ? [0] : channelMeans(input.data, channels);
  const values = input.data.filter((_, i) => i % channels === 0);
  return (
    <div class="small-signal" role="img" aria-label={label}>
      <SignalCurve values={values.map((value, i) => (kept.data[i] === 0 ? rest : value))} class="curve" />
    </div>
  );
}
