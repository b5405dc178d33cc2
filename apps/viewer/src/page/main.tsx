import { render } from 'preact';
import { answerWants } from '../client/answer-wants.ts';
import { followHistory, ownVisit } from '../client/history.ts';
import { keepFocus } from '../client/keep-focus.ts';
import { keepShelf } from '../client/keep-shelf.ts';
import { linkedResult } from '../client/given-result.ts';
import { linkedFiles } from '../client/linked-files.ts';
import { isRemembered } from '../client/remembered.ts';
import { stayAvailable } from '../client/stay-available.ts';
import { Store } from '../client/store.ts';
import { WorkerClient } from '../client/worker-client.ts';
import type { BuiltInName } from '../protocol/sources.ts';
import { openedLink } from '../state/link.ts';
import { App } from '../views/app.tsx';

// Real photographs say more to a newcomer than patterns, and these more than signals.
const available: readonly BuiltInName[] = ['tissue', 'textures', 'mnist1d'];
const isEmbedded = new URLSearchParams(location.search).get('embed') === '1';

// A reload finds on the shelf what was fetched before.
const visit = isEmbedded ? null : ownVisit();
const asked = visit ? null : linkedFiles(location.search, location.href);

const linked = openedLink(location.hash, available);
const store = new Store({
  ...linked,
  isExpert: linked.isExpert || isRemembered('expert'),
  panel: isEmbedded ? null : linked.panel,
});
const client = new WorkerClient(() => new Worker('worker.js', { type: 'module' }));
// A frame of another page keeps nothing: its storage would be another one for each page.
if (!isEmbedded) {
  const shelf = keepShelf(store);
  if (visit) {
    // A reload shows the same again, and nothing else before.
    await shelf;
    store.dispatch({ kind: 'revisit', visit });
  }
  stayAvailable(store);
}
followHistory(store, available, !isEmbedded);
answerWants(store, client);
const result = linkedResult(location.search, location.href);
if (result) store.dispatch({ kind: 'open-results', source: result });

const root = document.getElementById('app');
if (root) {
  root.replaceChildren();
  keepFocus(root);
  render(<App store={store} available={available} isEmbedded={isEmbedded} asked={asked} />, root);
}
