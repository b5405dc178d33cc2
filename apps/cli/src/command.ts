import type { Command } from '@commander-js/extra-typings';

/** What a command has to work with, besides its own arguments. */
export interface CommandContext {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Adds one command to the program: name, description, arguments, options, action. The action is a promise; what it throws is
 * reported and gives exit code 1. It imports the packages it needs when it runs (`await import(...)`), so that `--help` and
 * wrong arguments are answered at once.
 */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
