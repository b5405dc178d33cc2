import { Command } from '@commander-js/extra-typings';
import { ownCommands } from '../../../src/commands/own-commands.ts';
import { SHARDS_COMMAND } from '../../../src/explain-set/run/shard-messages.ts';
import { READING_COMMAND, WRITING_COMMAND } from '../../../src/explain-set/threads/thread-commands.ts';

const OWN_COMMANDS = [READING_COMMAND, WRITING_COMMAND, SHARDS_COMMAND];

// The same executors on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
const args = process.argv.slice(2);
if (OWN_COMMANDS.includes(args[0] ?? '')) {
  const program = new Command();
  ownCommands(program, { signal: new AbortController().signal });
  await program.parseAsync();
} else {
  const { faultCommand } = await import('@ablation-cam/tools/faults');
  const { commandScenarios, quietAndFast } = await import('./scenarios.ts');
  const { stopPostgres } = await import('./queue-scenario.ts');
  const print = quietAndFast();
  await faultCommand(await commandScenarios(), args, print);
  await stopPostgres();
  // What runs leave that end as if they were killed - timers, threads, connections - belongs to nobody, and would keep the process.
  process.exit();
}
