import { BenchError } from '../errors.ts';
import { measureCommand } from './measure.ts';

/** What the command line holds. */
export interface CommandOptions {
  readonly quick?: true | undefined;
  readonly full?: true | undefined;
  readonly case?: string[] | undefined;
  readonly strategy?: string[] | undefined;
  readonly rounds?: number | undefined;
  readonly software?: true | undefined;
  readonly browser?: true | undefined;
  readonly json?: string | undefined;
  readonly html?: string | undefined;
  readonly compare?: string[] | undefined;
  readonly docs?: true | undefined;
  readonly guard?: true | undefined;
  readonly pack?: string | undefined;
}

/** Does what the command line says. @throws BenchError */
export async function runCommand(options: CommandOptions): Promise<void> {
  if (options.quick && options.full)
    throw new BenchError('invalid-option', 'Choose --quick or --full, not both.');
  await measureCommand(options);
}
