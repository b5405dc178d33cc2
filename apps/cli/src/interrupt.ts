import { CliError } from './errors.ts';

/** What a shell reports for a program ended by Ctrl-C: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** A signal that the first Ctrl-C aborts, so that work can be put in order; the second one ends the process. */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort(new CliError('Interrupted.'));
  });
  return controller.signal;
}
