import * as tf from '@tensorflow/tfjs';
// Knows the flag below, which TensorFlow.js refuses until then.
import '@tensorflow/tfjs-backend-wasm';
import { isTrap, KernelsError } from '@ablation-cam/kernels';
import { sharedDevice } from '@ablation-cam/xai';
import type { ToPage, ToWorker } from '../protocol/calls.ts';
import { answer } from './answer.ts';
import { errorMessage } from './error-message.ts';
import { isOutgrown } from './outgrown.ts';
import { watchDevice } from './watch-device.ts';
import { Workspace } from './workspace.ts';

tf.enableProdMode();
// Threads in WASM are started from `blob:` scripts, which the content security policy of the page forbids.
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

// The GPU starts while the network is being read. Who needs it asks again and learns of a failure there.
void sharedDevice().catch(() => undefined);

/** A page draws no faster, and a loop of a thousand passes shall not be held up by what is said of it. */
const PROGRESS_EVERY_MS = 30;

const workspace = new Workspace();
const running = new Map<number, AbortController>();
/** Calls run one after the other: TensorFlow.js has one current backend, and a model is in use by one at a time. */
let last: Promise<void> = Promise.resolve();

const post = (message: ToPage): void => {
  self.postMessage(message);
};

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'ping') {
    post({ kind: 'alive' });
    return;
  }
  if (data.kind === 'cancel') {
    running.get(data.id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(data.id, controller);
  last = last.then(() => run(data, controller.signal));
});

async function run(call: Extract<ToWorker, { kind: 'call' }>, signal: AbortSignal): Promise<void> {
  const { id } = call;
  let told = -Infinity;
  const onProgress = (done: number): void => {
    const now = performance.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    post({ kind: 'progress', id, done });
  };
  // Whoever takes its place is asked the same again.
  if ('model' in call.params && workspace.holdsOther(call.params.model.id) && isOutgrown()) {
    post({ kind: 'broken' });
    return;
  }
  try {
    const result = await retried(() => answer(call, { workspace, signal, onProgress }), signal);
    watchDevice(() => {
      // Behind the call that is under way, which may have no need of the device, but has of the model.
      last = last.then(() => {
        workspace.close();
        post({ kind: 'device-lost' });
      });
    });
    post({ kind: 'result', id, result });
  } catch (error) {
    post({ kind: 'error', id, ...errorMessage(error, signal) });
    if (isTrap(error)) post({ kind: 'broken' });
  } finally {
    running.delete(id);
  }
}

/** Once more where the device was lost on the way: weights that were on it are gone, so the model is opened again. */
async function retried<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KernelsError && error.code === 'device-lost')) throw error;
    workspace.close();
    return work();
  }
}
