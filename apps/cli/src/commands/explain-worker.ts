import { threadsHelp, useThreadsOf } from '../arguments/threads.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { RegisterCommand } from '../command.ts';

/** `explain-worker`: shards from a queue, on any machine. */
export const explainWorker: RegisterCommand = (program, { signal }) => {
  program
    .command('explain-worker')
    .description(
      'Explain shards that explain-set --queue has put into a queue, on any machine that sees the data and the result. ' +
        'Run as many as there are machines; one that is killed loses its shard to another.',
    )
    .requiredOption('--queue <url>', 'PostgreSQL: postgres://user:password@host:port/database')
    .option('--until-empty', 'end when nothing is left to do (default: wait for more)')
    .option(
      '--silence <seconds>',
      'after which a worker that says nothing is taken for gone (default: 60)',
      wholeNumber(2),
    )
    .option('--threads <n>', threadsHelp, wholeNumber(1))
    .action(async (options) => {
      await useThreadsOf(options);
      const { runWorker } = await import('../explain-set/queue/run-worker.ts');
      await runWorker(options, signal);
    });
};
