/** What is remembered of the person in front of the page, from one visit to the next. */
export type Remembered = 'expert' | 'toured';

const PREFIX = 'ablation-cam-viewer ';

/** Browsers that keep nothing for this page remember nothing. */
export function isRemembered(name: Remembered): boolean {
  try {
    return localStorage.getItem(PREFIX + name) !== null;
  } catch {
    return false;
  }
}

export function remember(name: Remembered, isSo: boolean): void {
  try {
    if (isSo) localStorage.setItem(PREFIX + name, 'yes');
    else localStorage.removeItem(PREFIX + name);
  } catch {
    // The page is whole without.
  }
}
