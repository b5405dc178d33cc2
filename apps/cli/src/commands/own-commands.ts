import { threadsHelp, useThreadsOf } from '../arguments/threads.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { RegisterCommand } from '../command.ts';
import { SHARDS_COMMAND } from '../explain-set/run/shard-messages.ts';
import { READING_COMMAND, WRITING_COMMAND } from '../explain-set/threads/thread-commands.ts';

/** The commands that this program gives to its own threads and processes; no help lists them. */
export const ownCommands: RegisterCommand = (program) => {
  program.command(READING_COMMAND, { hidden: true }).action(async () => {
    const { readInThread } = await import('../explain-set/reading/read-in-thread.ts');
    await readInThread();
  });
  program.command(WRITING_COMMAND, { hidden: true }).action(async () => {
    const { writeInThread } = await import('../explain-set/writing/write-in-thread.ts');
    await writeInThread();
  });
  program
    .command(SHARDS_COMMAND, { hidden: true })
    .argument('<result>')
    .option('--threads <n>', threadsHelp, wholeNumber(1))
    .action(async (result, options) => {
      await useThreadsOf(options);
      const { serveShards } = await import('../explain-set/run/serve-shards.ts');
      await serveShards(result);
    });
};
