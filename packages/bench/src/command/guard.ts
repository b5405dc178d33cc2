import { BenchError } from '../errors.ts';
import { guard, guardEndToEnd } from '../guard.ts';
import { abortOnInterrupt } from './interrupt.ts';
import { requestOf } from './measure.ts';
import type { CommandOptions } from './run-command.ts';

/** `pnpm bench --guard`, also with `--end-to-end` @throws BenchError `guard` with what is wrong */
export async function guardCommand(options: CommandOptions): Promise<void> {
  const signal = abortOnInterrupt();
  const { facts, failures } = await (options.endToEnd
    ? guardEndToEnd(requestOf(options), signal)
    : guard(signal));
  for (const fact of facts) process.stdout.write(`${fact}\n`);
  if (failures.length > 0) throw new BenchError('guard', failures.join(' '));
}
