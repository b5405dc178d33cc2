import { useEffect, useRef } from 'preact/hooks';
import type { PositionMap } from '@ablation-cam/xai';
import { colorMap, type ColorMapName } from '@ablation-cam/xai/drawing';

export interface MapCanvasProps {
  /** Values in 0 to 1, `[height, width]` or `[length]`. */
  readonly map: PositionMap;
  readonly colors: ColorMapName;
  /** Where the map has nothing to say, it lets through what is behind it. */
  readonly seeThrough?: boolean;
  readonly opacity?: number;
  readonly class: string;
  readonly label?: string;
}

/** A map in colors, one canvas pixel a position; CSS gives it its size. */
export function MapCanvas({ map, colors, seeThrough = false, opacity = 1, label, ...rest }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width] =
    map.shape.length === 1 ? [1, map.shape[0] ?? 1] : [map.shape[0] ?? 1, map.shape[1] ?? 1];
  useEffect(() => {
    const pixels = new ImageData(width, height);
    const lookUp = colorMap(colors);
    map.data.forEach((value, i) => {
      pixels.data.set(lookUp(value), 4 * i);
      pixels.data[4 * i + 3] = seeThrough ? Math.round(255 * value) : 255;
    });
    canvas.current?.getContext('2d')?.putImageData(pixels, 0, 0);
  }, [map, colors, seeThrough, width, height]);
  return (
    <canvas
      ref={canvas}
      class={rest.class}
      width={width}
      height={height}
      style={{ opacity }}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}
