import { isShown } from '../state/selectors.ts';
import type { Store } from './store.ts';

/** Keeps the page for visits without a network; a newer version takes its place as a whole, when no page of the old one is open. */
export function stayAvailable(store: Store): void {
  // Pages that are not served safely have none.
  if (!('serviceWorker' in navigator)) return;
  takeOver().catch(() => {
    // A browser that lets nothing be kept here has no version that waits.
  });
  const unsubscribe = store.subscribe((state) => {
    // The first picture is not to wait for what later visits need.
    if (!isShown(state)) return;
    unsubscribe();
    register(store).catch(() => {
      // The page is whole without: it only needs its server again next time.
    });
  });
}

/** Makes this page one of the version that waits, where it is the only page. */
async function takeOver(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    location.reload();
  });
  registration.waiting.postMessage('take over');
}

async function register(store: Store): Promise<void> {
  const registration = await navigator.serviceWorker.register('service-worker.js');
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && navigator.serviceWorker.controller)
        store.dispatch({
          kind: 'notify',
          message: 'A newer version of this page is ready: reload to use it.',
        });
    });
  });
}
