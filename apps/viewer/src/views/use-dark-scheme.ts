import { useEffect, useState } from 'preact/hooks';

/** Whether the page is shown dark, as the system asks. */
export function useDarkScheme(): boolean {
  const [isDark, setDark] = useState(() => query().matches);
  useEffect(() => {
    const list = query();
    const follow = (): void => {
      setDark(list.matches);
    };
    list.addEventListener('change', follow);
    return () => {
      list.removeEventListener('change', follow);
    };
  }, []);
  return isDark;
}

function query(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}
