// Reads damaged files for `fuzz-process.ts`: one a message, which says the kind and the seed.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const [entry = '', mostBytes = ''] = process.argv.slice(2);

// What takes memory does not let this thread look at it; the process is then ended from another.
const watch = `
  const { writeSync } = require('node:fs');
  setInterval(() => {
    if (process.memoryUsage.rss() < ${mostBytes}) return;
    writeSync(2, 'out of memory');
    process.kill(process.pid, 'SIGKILL');
  }, 20);`;
new Worker(watch, { eval: true }).unref();

const { makeSubject, tryDamage } = await import(pathToFileURL(entry).href);
const subject = await makeSubject();

process.on('message', async ({ name, seed }) => {
  const target = subject.targets.find((each) => each.name === name);
  const start = process.cpuUsage();
  const outcome = await tryDamage(subject, target, seed);
  // Not the time of day: other processes have the cores as well.
  const { user, system } = process.cpuUsage(start);
  // What others left behind is not this one's.
  if (process.memoryUsage.rss() > mostBytes / 2) globalThis.gc?.();
  process.send({ ...outcome, ms: (user + system) / 1000, peakBytes: 1024 * process.resourceUsage().maxRSS });
});
process.send(subject.targets.map(({ name }) => name));
