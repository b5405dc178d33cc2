import { useEffect, useRef } from 'preact/hooks';
import type { OriginalImage } from '@ablation-cam/model';

export interface ImageCanvasProps {
  readonly image: OriginalImage;
  readonly class: string;
  /** What it shows, for those who do not see it; left out where the words are beside it. */
  readonly label?: string;
}

/** An 8-bit image, one canvas pixel each; CSS gives it its size. */
export function ImageCanvas({ image, label, class: className }: ImageCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height, rgb } = image;
    const pixels = new ImageData(width, height);
    const { data } = pixels;
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      data[to] = rgb[from]!;
      data[to + 1] = rgb[from + 1]!;
      data[to + 2] = rgb[from + 2]!;
      data[to + 3] = 255;
    }
    canvas.current?.getContext('2d')?.putImageData(pixels, 0, 0);
  }, [image]);
  return (
    <canvas
      ref={canvas}
      class={className}
      width={image.width}
      height={image.height}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}
