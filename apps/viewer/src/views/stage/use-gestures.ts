import { useEffect, useRef, useState } from 'preact/hooks';
import { movedBy, placeAt, WHOLE, zoomedAt, type PlanePoint, type Zoom } from './zoom.ts';

/** Paints where the pointer goes, in shares of the picture. */
export interface Painter {
  readonly begin: (place: PlanePoint) => void;
  readonly move: (place: PlanePoint) => void;
  readonly end: () => void;
}

export interface Gestures {
  readonly zoom: Zoom;
  readonly zoomTo: (zoom: Zoom) => void;
  /** Where the pointer is over the picture; null where it is not. */
  readonly pointer: PlanePoint | null;
  /** For the element around the frames, which have the attribute `data-frame`. */
  readonly handlers: Handlers;
}

interface Handlers {
  readonly onWheel: (event: WheelEvent) => void;
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: (event: PointerEvent) => void;
  readonly onPointerCancel: (event: PointerEvent) => void;
  readonly onPointerLeave: (event: PointerEvent) => void;
}

/** While the page is being scrolled, the wheel goes on scrolling it. */
const SCROLLING_MS = 250;
const WHEEL_STEP = 0.0022;

/** Wheel and pinch zoom, dragging moves the picture or paints. @param painter null for moving */
export function useGestures(painter: Painter | null): Gestures {
  const [zoom, setZoom] = useState(WHOLE);
  const [pointer, setPointer] = useState<PlanePoint | null>(null);
  /** The pointers that are down, in shares of their frame. */
  const down = useRef(new Map<number, PlanePoint>());
  const isPainting = useRef(false);
  const scrolled = useScrolling();

  const onPointerUp = (event: PointerEvent): void => {
    down.current.delete(event.pointerId);
    if (isPainting.current) painter?.end();
    isPainting.current = false;
  };
  return {
    zoom,
    zoomTo: setZoom,
    pointer,
    handlers: {
      onWheel: (event) => {
        const at = inFrame(event);
        const isOut = event.deltaY > 0;
        if (!at || (isOut && zoom.scale === 1)) return;
        if (!event.ctrlKey && performance.now() - scrolled.current < SCROLLING_MS) return;
        event.preventDefault();
        setZoom(zoomedAt(zoom, Math.exp(-WHEEL_STEP * event.deltaY * (event.ctrlKey ? 4 : 1)), at));
      },
      onPointerDown: (event) => {
        const at = inFrame(event);
        if (!at || event.button !== 0) return;
        frameOf(event)?.setPointerCapture(event.pointerId);
        down.current.set(event.pointerId, at);
        if (painter && down.current.size === 1) {
          isPainting.current = true;
          painter.begin(placeAt(zoom, at));
        }
      },
      onPointerMove: (event) => {
        const at = inFrame(event);
        setPointer(at && isInside(at) ? placeAt(zoom, at) : null);
        const before = down.current.get(event.pointerId);
        if (!at || !before) return;
        const [other] = [...down.current].filter(([id]) => id !== event.pointerId);
        down.current.set(event.pointerId, at);
        if (other) setZoom(pinched(zoom, before, at, other[1]));
        else if (isPainting.current) painter?.move(placeAt(zoom, at));
        else setZoom(movedBy(zoom, { x: at.x - before.x, y: at.y - before.y }));
      },
      onPointerUp,
      onPointerCancel: onPointerUp,
      onPointerLeave: () => {
        setPointer(null);
      },
    },
  };
}

/** When the page was last scrolled, in milliseconds of `performance.now`. */
function useScrolling(): { readonly current: number } {
  const scrolled = useRef(-Infinity);
  useEffect(() => {
    const follow = (): void => {
      scrolled.current = performance.now();
    };
    addEventListener('scroll', follow, { passive: true });
    return () => {
      removeEventListener('scroll', follow);
    };
  }, []);
  return scrolled;
}

/** One finger of two has moved: closer by as much as they are further apart, and along with their middle. */
function pinched(zoom: Zoom, before: PlanePoint, at: PlanePoint, other: PlanePoint): Zoom {
  const apart = (place: PlanePoint): number => Math.hypot(place.x - other.x, place.y - other.y);
  const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
  const along = { x: (at.x - before.x) / 2, y: (at.y - before.y) / 2 };
  return zoomedAt(movedBy(zoom, along), apart(at) / (apart(before) || 1), middle);
}

function frameOf({ target }: Event): Element | null {
  return target instanceof Element ? target.closest('[data-frame]') : null;
}

/** Where an event is in its frame, in shares of it; beyond 0 to 1 while the pointer is held outside. */
function inFrame(event: PointerEvent | WheelEvent): PlanePoint | null {
  const box = frameOf(event)?.getBoundingClientRect();
  if (!box || box.width === 0 || box.height === 0) return null;
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

function isInside({ x, y }: PlanePoint): boolean {
  return x >= 0 && x < 1 && y >= 0 && y < 1;
}
