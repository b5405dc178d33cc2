/** A place in shares of a width and a height, from the left and from the top. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

/** Which part of a picture its frame shows. */
export interface Zoom {
  /** At 1 the frame shows all of it. */
  readonly scale: number;
  /** Where the frame begins, in shares of the picture. */
  readonly left: number;
  readonly top: number;
}

export const WHOLE: Zoom = { scale: 1, left: 0, top: 0 };

const LARGEST = 40;

/** Returns what a frame shows that is `factor` times as close; what is at `at`, in shares of the frame, stays there. */
export function zoomedAt({ scale, left, top }: Zoom, factor: number, at: PlanePoint): Zoom {
  const closer = Math.max(1, Math.min(LARGEST, scale * factor));
  return within({
    scale: closer,
    left: left + at.x / scale - at.x / closer,
    top: top + at.y / scale - at.y / closer,
  });
}

/** Returns what a frame shows whose picture was moved by shares of the frame. */
export function movedBy({ scale, left, top }: Zoom, by: PlanePoint): Zoom {
  return within({ scale, left: left - by.x / scale, top: top - by.y / scale });
}

/** Returns the place of the picture that is at `at` of the frame. */
export function placeAt({ scale, left, top }: Zoom, at: PlanePoint): PlanePoint {
  return { x: left + at.x / scale, y: top + at.y / scale };
}

/** The frame does not leave the picture. */
function within({ scale, left, top }: Zoom): Zoom {
  const last = 1 - 1 / scale;
  const inside = (value: number): number => Math.max(0, Math.min(last, value));
  return { scale, left: inside(left), top: inside(top) };
}
