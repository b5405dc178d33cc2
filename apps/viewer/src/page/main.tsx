import { render } from 'preact';
import { answerWants } from '../client/answer-wants.ts';
import { followLink } from '../client/follow-link.ts';
import { keepShelf } from '../client/keep-shelf.ts';
import { Store } from '../client/store.ts';
import { WorkerClient } from '../client/worker-client.ts';
import type { BuiltInName } from '../protocol/sources.ts';
import { stateOfLink } from '../state/link.ts';
import { App } from '../views/app.tsx';

// Real photographs say more to a newcomer than patterns, and these more than signals.
const available: readonly BuiltInName[] = ['tissue', 'textures', 'mnist1d'];

const store = new Store(stateOfLink(location.hash, available));
const client = new WorkerClient(() => new Worker('worker.js', { type: 'module' }));
answerWants(store, client);
followLink(store, available);
void keepShelf(store);

const root = document.getElementById('app');
if (root) {
  root.replaceChildren();
  render(<App store={store} available={available} />, root);
}
