import type { GalleryItem } from '../protocol/descriptions.ts';
import { ImageCanvas } from './image-canvas.tsx';
import { SignalCurve } from './signal-curve.tsx';

/** A sample as a small picture; its words are beside it. */
export function Thumbnail({ item: { image, signal } }: { item: GalleryItem }) {
  if (image) return <ImageCanvas image={image} class="thumbnail" />;
  return <SignalCurve values={signal ?? new Float32Array()} class="thumbnail curve" />;
}
