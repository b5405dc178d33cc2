import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

const MEASURED_MS = 150;
const SPIN = `
  const { workerData, parentPort } = require('node:worker_threads');
  const end = performance.now() + workerData;
  while (performance.now() < end);
  parentPort.postMessage(null);`;

/** Returns which part of all cores this process gets when it asks for all of them, 1 on a machine that does nothing else. */
export async function processorShare(): Promise<number> {
  const cores = availableParallelism();
  const workers = Array.from(
    { length: cores },
    () => new Worker(SPIN, { eval: true, workerData: MEASURED_MS }),
  );
  const done = workers.map((worker) => new Promise((resolve) => worker.once('message', resolve)));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))));
  const start = performance.now();
  const before = process.cpuUsage();
  await Promise.all(done);
  const { user, system } = process.cpuUsage(before);
  const ms = performance.now() - start;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return (user + system) / 1000 / (ms * cores);
}
