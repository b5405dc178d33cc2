import { READING_COMMAND } from '../../../src/explain-set/reading/reading-command.ts';
import { SHARDS_COMMAND } from '../../../src/explain-set/run/shard-messages.ts';

// The same executors on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
const [command, ...args] = process.argv.slice(2);
if (command === READING_COMMAND) {
  const { readInThread } = await import('../../../src/explain-set/reading/read-in-thread.ts');
  await readInThread();
} else if (command === SHARDS_COMMAND) {
  const { serveShards } = await import('../../../src/explain-set/run/serve-shards.ts');
  await serveShards(args[0] ?? '');
} else {
  const { faultCommand } = await import('@ablation-cam/tools/faults');
  const { commandScenarios, quietAndFast } = await import('./scenarios.ts');
  const print = quietAndFast();
  await faultCommand(await commandScenarios(), process.argv.slice(2), print);
}
