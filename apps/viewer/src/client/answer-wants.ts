import type { Answer } from '../state/actions.ts';
import type { SlotName, ViewerState } from '../state/state.ts';
import { wantedCalls, type WantedCall } from '../state/wanted-calls.ts';
import type { Store } from './store.ts';
import { CallError, type WorkerClient } from './worker-client.ts';

interface Running {
  readonly key: string;
  readonly controller: AbortController;
}

/** The order in which calls are made that a change of state wants at once: what is seen first goes first. */
const SLOTS: readonly SlotName[] = [
  'describe',
  'explain',
  'attribute',
  'openResult',
  'resultSample',
  'resultTiles',
  'labels',
  'mask',
  'features',
  'gallery',
  'metrics',
  'race',
  'excite',
  'wall',
];

/** What is wrong with an input, whatever the network. */
const INPUT_CODES: ReadonlySet<string> = new Set(['invalid-input', 'invalid-file', 'unsupported-format']);

/** Keeps the worker at work on what the state wants: the latest wish of each slot wins, earlier ones are cancelled. */
export function answerWants(store: Store, client: WorkerClient): void {
  const running = new Map<SlotName, Running>();

  const follow = (state: ViewerState): void => {
    const wanted = wantedCalls(state);
    for (const slot of SLOTS) {
      const call = wanted[slot];
      const current = running.get(slot);
      if (current?.key === call?.key) continue;
      current?.controller.abort();
      running.delete(slot);
      if (call) start(slot, call);
    }
  };

  const start = <N extends SlotName>(slot: N, { key, params }: WantedCall<N>): void => {
    const controller = new AbortController();
    running.set(slot, { key, controller });
    client
      .call(slot, params, {
        signal: controller.signal,
        onProgress: (done) => {
          store.dispatch({ kind: 'progressed', slot, key, done });
        },
      })
      .then(
        (result) => {
          store.dispatch({ kind: 'answered', slot, key, result } as Answer);
        },
        (error: unknown) => {
          if (controller.signal.aborted) return;
          const message = error instanceof CallError ? error.message : String(error);
          const isOfInput = error instanceof CallError && INPUT_CODES.has(error.code);
          store.dispatch({ kind: 'failed', slot, key, message, isOfInput });
        },
      );
    // Last, since whoever listens may make the calls that come next.
    store.dispatch({ kind: 'started', slot, key, at: performance.now() });
  };

  client.onDeviceLost = () => {
    store.dispatch({ kind: 'lose-device' });
  };
  client.onReplaced = () => {
    store.dispatch({ kind: 'replace-worker' });
  };
  store.subscribe(follow);
  follow(store.state);
}
