import { useEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';

/** Returns a reference for a row that can be scrolled sideways: what is pressed in it is in view whenever `key` or its width changes. */
export function useChosenInView<E extends HTMLElement>(key: string): RefObject<E | null> {
  const row = useRef<E>(null);
  useEffect(() => {
    const list = row.current;
    if (!list) return;
    // It tells the first size, too.
    const observer = new ResizeObserver(() => {
      const pressed = list.querySelector('[aria-pressed="true"]');
      if (!pressed) return;
      const [frame, tile] = [list.getBoundingClientRect(), pressed.getBoundingClientRect()];
      // Not `scrollIntoView`, which would move the page, too.
      if (tile.right > frame.right) list.scrollLeft += tile.right - frame.right;
      else if (tile.left < frame.left) list.scrollLeft -= frame.left - tile.left;
    });
    observer.observe(list);
    return () => {
      observer.disconnect();
    };
  }, [key]);
  return row;
}
