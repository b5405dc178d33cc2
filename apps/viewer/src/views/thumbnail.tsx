import type { GalleryItem } from '../protocol/descriptions.ts';
import { ImageCanvas } from './image-canvas.tsx';

const WIDTH = 72;
const HEIGHT = 40;

/** A sample as a small picture; its words are beside it. */
export function Thumbnail({ item: { image, signal } }: { item: GalleryItem }) {
  if (image) return <ImageCanvas image={image} class="thumbnail" />;
  const values = signal ?? new Float32Array();
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const points = Array.from(values, (value, i) => {
    const x = (WIDTH * (i + 0.5)) / values.length;
    const y = HEIGHT - 3 - ((HEIGHT - 6) * (value - low)) / (high - low || 1);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg class="thumbnail" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
