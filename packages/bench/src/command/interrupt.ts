/** What a shell reports for a program ended by Ctrl-C: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** A signal that the first Ctrl-C aborts, so that what was measured is shown; the second one ends the process. */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  });
  return controller.signal;
}
