import { useLayoutEffect, useRef } from 'preact/hooks';
import type { PositionMap } from '@ablation-cam/xai';
import { colorMap, type ColorMapName } from '@ablation-cam/xai/drawing';
import { strengthOf } from '../state/stage-map.ts';

export interface MapCanvasProps {
  /** Values in 0 to 1, `[height, width]` or `[length]`. */
  readonly map: PositionMap;
  readonly colors: ColorMapName;
  /** Whether 0.5 is where the map has nothing to say, instead of 0. */
  readonly isSigned?: boolean;
  /** Where the map has nothing to say, it lets through what is behind it. */
  readonly seeThrough?: boolean;
  /** Values that count less than this are not drawn. */
  readonly threshold?: number;
  readonly class: string;
  readonly label?: string;
}

/** A map in colors, one canvas pixel a position; CSS gives it its size and its opacity. */
export function MapCanvas(props: MapCanvasProps) {
  const { map, colors, isSigned = false, seeThrough = false, threshold = 0, label } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width] =
    map.shape.length === 1 ? [1, map.shape[0] ?? 1] : [map.shape[0] ?? 1, map.shape[1] ?? 1];
  // Before the next frame: what is said of a map is never ahead of it.
  useLayoutEffect(() => {
    const pixels = new ImageData(width, height);
    const lookUp = colorMap(colors);
    map.data.forEach((value, i) => {
      const strength = strengthOf(value, isSigned);
      if (strength < threshold) return;
      pixels.data.set(lookUp(value), 4 * i);
      pixels.data[4 * i + 3] = seeThrough ? Math.round(255 * strength) : 255;
    });
    canvas.current?.getContext('2d')?.putImageData(pixels, 0, 0);
  }, [map, colors, isSigned, seeThrough, threshold, width, height]);
  return (
    <canvas
      ref={canvas}
      class={props.class}
      width={width}
      height={height}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}
