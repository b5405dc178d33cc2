const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), [tabindex="0"]';

/**
 * Keeps the keyboard where it was when what it was on goes away: the focus moves to a neighbor, else back to where it came from, and
 * never falls to the start of the page.
 */
export function keepFocus(root: Element): void {
  /** What has the focus, with all it lies in. */
  let path: readonly Element[] = [];
  /** What had it before, the last first. */
  let earlier: readonly HTMLElement[] = [];
  root.addEventListener('focusin', ({ target }) => {
    const [last] = path;
    if (last instanceof HTMLElement) earlier = [last, ...earlier.filter((each) => each !== last)].slice(0, 5);
    path = target instanceof Element ? withAncestors(target, root) : [];
  });
  new MutationObserver(() => {
    const [last] = path;
    // Whoever clicked beside everything has let go of the focus.
    if (document.activeElement !== document.body || !last || (last.isConnected && last.matches(FOCUSABLE)))
      return;
    const around = path.slice(1).filter((each) => each.isConnected);
    // The whole page is no neighborhood.
    const near = around.slice(0, -1).flatMap((each) => firstIn(each) ?? []);
    const back = earlier.filter((each) => each.isConnected && each.matches(FOCUSABLE));
    const next = near[0] ?? back[0] ?? firstIn(root);
    next?.focus({ preventScroll: true });
  }).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
}

/** From the element up to the one below `root`. */
function withAncestors(element: Element, root: Element): readonly Element[] {
  const path: Element[] = [];
  for (let each: Element | null = element; each && each !== root; each = each.parentElement) path.push(each);
  return path;
}

function firstIn(element: Element): HTMLElement | null {
  return element.querySelector<HTMLElement>(FOCUSABLE);
}
