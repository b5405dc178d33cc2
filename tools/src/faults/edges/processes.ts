import childProcess, { type ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Worker } from 'node:worker_threads';
import { makePoint, type Fault } from '../points.ts';

/** Killed while it is told something. */
const killed = (child: ChildProcess): Fault => ({
  name: 'worker process killed',
  instead: (call) => {
    child.kill('SIGKILL');
    return call();
  },
});

const ended = (thread: Worker): Fault => ({
  name: 'thread ended',
  instead: (call) => {
    void thread.terminate();
    return call();
  },
});

/** Makes whatever is told to another process, or thread, of the program a point at which that may end; to be called once. */
export function processesArePoints(): void {
  makePoint(
    childProcess,
    'fork',
    () => [],
    (_, forked) => {
      const child = forked as ChildProcess;
      makePoint(child, 'send', () => [killed(child)]);
      makePoint(child, 'disconnect', () => [killed(child)]);
    },
  );
  // Node's own threads, such as that of module loaders, take the process with them.
  makePoint(Worker.prototype, 'postMessage', (thread) =>
    thread.constructor === Worker ? [ended(thread as Worker)] : [],
  );
  syncBuiltinESMExports();
}

/** How many other processes and threads there are. */
export function othersAlive(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap' || name === 'MessagePort')
    .length;
}
