import { CliError } from './errors.ts';

/** What a shell reports for a program ended by a signal: 128 and its number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** What the program was asked to end by; its exit code says it. */
export class Interruption extends CliError {
  constructor(readonly exitCode: number) {
    super('Interrupted.');
  }
}

/**
 * A signal that the first Ctrl-C aborts, or the SIGTERM of a machine that is taken away, so that work can be put in order; the
 * second one ends the process.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const [name, exitCode] of Object.entries(EXIT_CODES)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new Interruption(exitCode));
    });
  }
  return controller.signal;
}
