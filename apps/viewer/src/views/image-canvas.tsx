import { useEffect, useRef } from 'preact/hooks';
import type { OriginalImage } from '@ablation-cam/model';
import { rgbaOf } from '../protocol/pixels.ts';

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
    canvas.current?.getContext('2d')?.putImageData(rgbaOf(image), 0, 0);
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
