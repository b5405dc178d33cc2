import type { ErasingAction } from '../../state/erasing.ts';
import { movedBy, WHOLE, zoomedAt, type PlanePoint, type Zoom } from './zoom.ts';

const STEP = 1.4;
const PAN = 0.15;
const MIDDLE: PlanePoint = { x: 0.5, y: 0.5 };
const DIRECTIONS: Readonly<Record<string, PlanePoint>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** What a key does on the stage. */
export type KeyDeed =
  | { readonly kind: 'zoom'; readonly zoom: Zoom }
  | { readonly kind: 'move-eraser'; readonly by: PlanePoint }
  | { readonly kind: 'stamp' }
  | { readonly kind: 'act'; readonly action: ErasingAction };

/**
 * Returns what a key does, or null where it is none of the stage's: `+`, `-` and `0` zoom, arrows move a picture that is larger
 * than its frame, or, while erasing, the eraser, which Enter and space put to work and `z` takes back.
 */
export function keyDeed(key: string, zoom: Zoom, isErasing: boolean): KeyDeed | null {
  const direction = DIRECTIONS[key];
  if (key === '+' || key === '=') return { kind: 'zoom', zoom: zoomedAt(zoom, STEP, MIDDLE) };
  if (key === '-') return { kind: 'zoom', zoom: zoomedAt(zoom, 1 / STEP, MIDDLE) };
  if (key === '0') return { kind: 'zoom', zoom: WHOLE };
  if (isErasing) {
    if (direction) return { kind: 'move-eraser', by: direction };
    if (key === 'Enter' || key === ' ') return { kind: 'stamp' };
    return key === 'z' ? { kind: 'act', action: { kind: 'undo-erasing' } } : null;
  }
  if (!direction || zoom.scale === 1) return null;
  return { kind: 'zoom', zoom: movedBy(zoom, { x: -PAN * direction.x, y: -PAN * direction.y }) };
}
