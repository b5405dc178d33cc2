import { useEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';

/** Returns a reference for a row that can be scrolled sideways: what is pressed in it is in view whenever `key` changes. */
export function useChosenInView<E extends HTMLElement>(key: string): RefObject<E | null> {
  const row = useRef<E>(null);
  useEffect(() => {
    const pressed = row.current?.querySelector('[aria-pressed="true"]');
    if (!row.current || !pressed) return;
    const [frame, tile] = [row.current.getBoundingClientRect(), pressed.getBoundingClientRect()];
    // Not `scrollIntoView`, which would move the page, too.
    if (tile.right > frame.right) row.current.scrollLeft += tile.right - frame.right;
    else if (tile.left < frame.left) row.current.scrollLeft -= frame.left - tile.left;
  }, [key]);
  return row;
}
