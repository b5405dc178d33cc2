import { BenchError } from '../errors.ts';

/** What the command line holds. */
export interface CommandOptions {
  readonly quick?: true | undefined;
  readonly full?: true | undefined;
  readonly endToEnd?: true | undefined;
  readonly dataSets?: true | undefined;
  readonly engine?: string[] | undefined;
  readonly case?: string[] | undefined;
  readonly strategy?: string[] | undefined;
  readonly rounds?: number | undefined;
  readonly minutes?: number | undefined;
  readonly software?: true | undefined;
  readonly browser?: true | undefined;
  readonly json?: string | undefined;
  readonly html?: string | undefined;
  readonly compare?: string[] | undefined;
  readonly docs?: true | undefined;
  readonly guard?: true | undefined;
  readonly pack?: string | undefined;
}

/** Does what the command line says. @param isCheckout whether the sources are there @throws BenchError */
export async function runCommand(options: CommandOptions, isCheckout: boolean): Promise<void> {
  if ([options.quick, options.full, options.endToEnd, options.dataSets].filter(Boolean).length > 1) {
    throw new BenchError('invalid-option', 'Choose one of --quick, --full, --end-to-end and --data-sets.');
  }
  if (
    options.dataSets &&
    (options.browser ?? options.guard ?? options.html ?? options.strategy ?? options.engine)
  ) {
    throw new BenchError(
      'invalid-option',
      '--data-sets goes with --case, --rounds and --json only: it times the command explain-set as it is.',
    );
  }
  const needsCheckout = options.docs ?? options.browser ?? options.dataSets ?? options.pack !== undefined;
  if (needsCheckout && !isCheckout) {
    throw new BenchError(
      'unsupported',
      '--docs, --browser, --data-sets and --pack need a checkout of the sources.',
    );
  }
  if (options.compare) {
    const { compareCommand } = await import('./compare.ts');
    await compareCommand(options.compare);
  } else if (options.docs) {
    const { docsCommand } = await import('./docs.ts');
    await docsCommand();
  } else if (options.guard) {
    const { guardCommand } = await import('./guard.ts');
    await guardCommand(options);
  } else if (options.pack !== undefined) {
    const { packCommand } = await import('./pack.ts');
    await packCommand(options.pack);
  } else {
    const { measureCommand } = await import('./measure.ts');
    await measureCommand(options);
  }
}
