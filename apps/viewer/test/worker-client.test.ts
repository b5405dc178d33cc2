import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CallError, WorkerClient } from '../src/client/worker-client.ts';
import type { ToPage, ToWorker } from '../src/protocol/calls.ts';

const test = suite("the page's side of the worker");

const PATIENCE = { everyMs: 5, looks: 3 };

/** A worker that does with messages what a test says. */
class FakeWorker extends EventTarget {
  readonly received: ToWorker[] = [];
  isTerminated = false;

  constructor(readonly answer: (message: ToWorker, worker: FakeWorker) => void) {
    super();
  }

  postMessage(message: ToWorker): void {
    this.received.push(message);
    queueMicrotask(() => {
      if (!this.isTerminated) this.answer(message, this);
    });
  }

  say(data: ToPage): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

const silent = (): void => undefined;

function alive(message: ToWorker, worker: FakeWorker): void {
  if (message.kind === 'ping') worker.say({ kind: 'alive' });
}

function quick(message: ToWorker, worker: FakeWorker): void {
  if (message.kind === 'call') worker.say({ kind: 'result', id: message.id, result: message.name });
  else alive(message, worker);
}

/** A client whose first worker, second worker and so on behave as said. */
function clientOf(...behaviours: readonly FakeWorker['answer'][]) {
  const workers: FakeWorker[] = [];
  const start = (): Worker => {
    const worker = new FakeWorker(behaviours[workers.length] ?? quick);
    workers.push(worker);
    return worker as unknown as Worker;
  };
  const client = new WorkerClient(start, PATIENCE);
  let replaced = 0;
  client.onReplaced = () => replaced++;
  const ask = (signal = new AbortController().signal): Promise<unknown> =>
    client.call('labels', { file: new File([], 'names.txt'), classes: 2 }, { signal, onProgress: silent });
  return { client, workers, ask, replaced: () => replaced };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof CallError ? error.code : String(error);
}

test('another worker takes the place of a silent one and answers what was asked of that', async () => {
  const { workers, ask, replaced } = clientOf(silent, quick);
  assert.equal(await Promise.all([ask(), ask()]), ['labels', 'labels']);
  assert.is(replaced(), 1);
  assert.equal(
    workers.map(({ isTerminated }) => isTerminated),
    [true, false],
  );
});

test('a call may take as long as it likes where the worker says that it is there', async () => {
  const { workers, ask, replaced } = clientOf(alive);
  const answer = ask();
  await pause(20 * PATIENCE.everyMs);
  const call = workers[0]?.received.find(({ kind }) => kind === 'call');
  assert.ok(call?.kind === 'call');
  workers[0]?.say({ kind: 'result', id: call.id, result: 'late' });
  assert.is(await answer, 'late');
  assert.is(replaced(), 0);
});

test('a worker that has nothing to do is not asked', async () => {
  const { workers, ask, replaced } = clientOf(quick);
  await ask();
  await pause(2 * PATIENCE.everyMs);
  const asked = workers[0]?.received.length;
  await pause(10 * PATIENCE.everyMs);
  assert.is(workers[0]?.received.length, asked);
  assert.is(replaced(), 0);
});

test('a call that silences two workers fails with a sentence, and the next are answered', async () => {
  const { ask, replaced } = clientOf(silent, silent, quick);
  const first = codeOf(ask());
  const second = ask();
  assert.is(await first, 'silent');
  assert.is(await second, 'labels');
  assert.is(replaced(), 2);
});

test('a call that was cancelled is not asked of the next worker', async () => {
  const { workers, ask } = clientOf(silent, quick);
  const controller = new AbortController();
  const cancelled = codeOf(ask(controller.signal));
  const other = ask();
  controller.abort();
  assert.is(await cancelled, 'aborted');
  assert.is(await other, 'labels');
  assert.is(workers[1]?.received.filter(({ kind }) => kind === 'call').length, 1);
});

test.run();
