import { BenchError } from '../errors.ts';
import { guard } from '../guard.ts';
import { abortOnInterrupt } from './interrupt.ts';

/** `pnpm bench --guard` @throws BenchError `guard` with what is wrong */
export async function guardCommand(): Promise<void> {
  const { facts, failures } = await guard(abortOnInterrupt());
  for (const fact of facts) process.stdout.write(`${fact}\n`);
  if (failures.length > 0) throw new BenchError('guard', failures.join(' '));
}
