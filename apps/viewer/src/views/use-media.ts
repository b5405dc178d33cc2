import { useEffect, useState } from 'preact/hooks';

/** Whether the page is shown dark, as the system asks. */
export function useDarkScheme(): boolean {
  return useMedia('(prefers-color-scheme: dark)');
}

/** Whether there is room for one thing beside another. */
export function useNarrow(): boolean {
  return useMedia('(max-width: 720px)');
}

/** Whether nothing is to move by itself, as the system asks. */
export function useStill(): boolean {
  return useMedia('(prefers-reduced-motion: reduce)');
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = (): void => {
      setMatches(list.matches);
    };
    follow();
    list.addEventListener('change', follow);
    return () => {
      list.removeEventListener('change', follow);
    };
  }, [query]);
  return matches;
}
