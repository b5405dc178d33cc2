import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Dispatch } from '../client/store.ts';

/**
 * Returns a view that is fetched when it is shown for the first time, and shows nothing until it is there.
 *
 * @param load imports it
 */
export function onDemand<P extends { readonly dispatch: Dispatch }>(
  load: () => Promise<FunctionComponent<P>>,
): FunctionComponent<P> {
  let loaded: FunctionComponent<P> | null = null;
  return function OnDemand(props: P) {
    const [, setLoaded] = useState(loaded !== null);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (view) => {
          loaded = view;
          setLoaded(true);
        },
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          const message = `A part of this page could not be loaded (${reason}); reload the page.`;
          props.dispatch({ kind: 'report', message });
        },
      );
    }, []);
    const View = loaded;
    return View && <View {...props} />;
  };
}
