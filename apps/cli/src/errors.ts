/** A command line that cannot be carried out; the message says what to do instead. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(message: string, options?: ErrorOptions) {
    // As with errors of the libraries: names are in it, and it is one line whatever they hold.
    super(message.replace(/\p{Cc}/gu, '\ufffd'), options);
  }
}

/** Errors thrown on purpose, told by name: importing their classes would load every package for every command. */
const EXPECTED = new Set(['KernelsError', 'ModelError', 'XaiError', 'CliError']);

export function isExpected(error: unknown): error is Error {
  return error instanceof Error && EXPECTED.has(error.name);
}

/** One line for an error thrown on purpose; the stack where it is a fault of this program, or was asked for. */
export function errorText(error: unknown, debug: boolean): string {
  // Messages hold names out of files, which must not reach a terminal as commands. The package that prints such text
  // otherwise is not loaded for an error.
  return linesOf(error, debug).replace(
    /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    '\ufffd',
  );
}

function linesOf(error: unknown, debug: boolean): string {
  if (isExpected(error) && !debug) return `error: ${error.message.replace(/\s*\n\s*/g, ' ')}`;
  const stack = stackOf(error);
  return isExpected(error)
    ? stack
    : `${stack}\nThis is a fault of the program, not of its input. Please report it with the lines above.`;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return (error.stack ?? `${error.name}: ${error.message}`) + cause;
}
