import type { SmallPicture } from '../state/shelf.ts';
import { ImageCanvas } from './image-canvas.tsx';
import { SignalCurve } from './signal-curve.tsx';

/** An input as a small picture; its words are beside it. */
export function Thumbnail({ item: { image, signal } }: { readonly item: SmallPicture }) {
  if (image) return <ImageCanvas image={image} class="thumbnail" />;
  return <SignalCurve values={signal ?? new Float32Array()} class="thumbnail curve" />;
}
