import { useMemo } from 'preact/hooks';
import { resizeBilinear } from '@ablation-cam/xai';
import type { ColorMapName } from '@ablation-cam/xai/drawing';
import type { Mark } from '../../protocol/erasure.ts';
import type { InputDescription } from '../../protocol/descriptions.ts';
import { contoursOf, type StageMap } from '../../state/stage-map.ts';
import type { Display } from '../../state/state.ts';
import { useSize } from '../use-size.ts';
import { SignalPlot, type Band } from './signal-plot.tsx';
import type { Zoom } from './zoom.ts';

interface SignalStageProps {
  readonly input: InputDescription;
  readonly drawn: StageMap;
  readonly colors: ColorMapName;
  readonly display: Display;
  readonly zoom: Zoom;
  /** What was painted and is not in the signal yet. */
  readonly wet: readonly Mark[];
  /** What the eraser would erase. */
  readonly eraser: Mark | null;
  /** What the map is of and where it is bright, in words. */
  readonly caption: string;
}

const AXIS = 24;

/** The signal as a curve in the colors of its map, its channels below each other. */
export function SignalStage({ input, drawn, colors, display, zoom, wet, eraser, caption }: SignalStageProps) {
  const [container, { width, height }] = useSize<HTMLDivElement>();
  const { threshold, contour, resolution } = display;
  const [length = 1, channels = 1] = input.shape;
  const curves = useMemo(
    () =>
      Array.from({ length: channels }, (_, channel) =>
        input.data.filter((_value, i) => i % channels === channel),
      ),
    [input, channels],
  );
  const samples = useMemo(() => {
    const shares = resolution === 'raw' ? steps(drawn, length) : resizeBilinear(drawn.shares, [length]).data;
    return { shares, isSigned: drawn.isSigned, colors, threshold };
  }, [drawn, resolution, length, colors, threshold]);
  const bands = useMemo(
    () => [
      ...(contour && drawn.high > 0 ? contourBands(drawn, threshold) : []),
      ...wet.map((mark) => bandOf(mark, 'line-strong')),
      ...(eraser ? [bandOf(eraser, 'focus')] : []),
    ],
    [contour, drawn, threshold, wet, eraser],
  );
  const each = (height - AXIS) / channels;
  return (
    <div class="signal" ref={container} role="img" aria-label={`The signal; ${caption}`}>
      {width > 0 &&
        curves.map((values, channel) => {
          const isLast = channel === channels - 1;
          return (
            <SignalPlot
              key={channel}
              values={values}
              samples={samples}
              bands={bands}
              zoom={zoom}
              width={width}
              height={Math.max(40, Math.floor(each) + (isLast ? AXIS : 0))}
              hasAxis={isLast}
            />
          );
        })}
    </div>
  );
}

/** Each sample with the value of the cell of the layer's grid that it lies in. */
function steps({ shares: { data } }: StageMap, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => data[Math.floor(((i + 0.5) * data.length) / length)] ?? 0);
}

function bandOf({ x, width }: Mark, color: string): Band {
  return { from: x - width / 2, to: x + width / 2, color };
}

function contourBands(drawn: StageMap, threshold: number): Band[] {
  return contoursOf(drawn, threshold).flatMap(({ side, inside }) => {
    const color = side === 'for' ? 'accent' : 'against';
    const edges = Array.from({ length: inside.length + 1 }, (_, i) => i).filter(
      (i) => (inside[i - 1] ?? 0) !== (inside[i] ?? 0),
    );
    return edges.flatMap((from, i) =>
      i % 2 === 0
        ? [{ from: from / inside.length, to: (edges[i + 1] ?? inside.length) / inside.length, color }]
        : [],
    );
  });
}
