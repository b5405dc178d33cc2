import { Command } from '@commander-js/extra-typings';
import type { RegisterCommand } from './command.ts';
import { bench } from './commands/bench.ts';
import { compare } from './commands/compare.ts';
import { complete } from './commands/complete.ts';
import { doctor } from './commands/doctor.ts';
import { evaluate } from './commands/evaluate.ts';
import { explainSet } from './commands/explain-set.ts';
import { explainWorker } from './commands/explain-worker.ts';
import { explain } from './commands/explain.ts';
import { ownCommands } from './commands/own-commands.ts';
import { summarize } from './commands/summarize.ts';
import { train } from './commands/train.ts';
import { viewer } from './commands/viewer.ts';
import { errorText } from './errors.ts';
import { abortOnInterrupt, Interruption } from './interrupt.ts';
import { PROGRAM, VERSION } from './program-name.ts';

const COMMANDS: readonly RegisterCommand[] = [
  explain,
  explainSet,
  explainWorker,
  summarize,
  compare,
  evaluate,
  train,
  bench,
  viewer,
  doctor,
  ownCommands,
  complete,
];

const signal = abortOnInterrupt();

const program = new Command(PROGRAM)
  .description('Ablation-CAM explanations of TensorFlow.js models')
  .version(VERSION)
  .option('--debug', 'show where an error comes from')
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({
    outputError: (text, write) => {
      write(`${text.trim().replaceAll('\n', ' ')} (--help lists what there is)\n`);
    },
  });
for (const register of COMMANDS) register(program, { signal });

// A reader that has enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (signal.reason instanceof Interruption) {
    console.error('interrupted');
    process.exitCode = signal.reason.exitCode;
  } else {
    console.error(errorText(error, program.opts().debug === true));
    process.exitCode = 1;
  }
}
