import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const RUN = fileURLToPath(new URL('../../run.mjs', import.meta.url));

/**
 * Runs some faults of each scenario of the package in the current folder, in a process of its own whose sources have points.
 *
 * @param strikes of each scenario, drawn at random
 * @param seed draws others
 * @param only names of scenarios, or parts of them, between semicolons
 * @returns the last line of the report
 * @throws Error with the whole report where there was a violation
 */
export async function faultSample(strikes: number, seed: number, only = ''): Promise<string> {
  const args = [RUN, '--await-points', 'test/support/faults/main.ts', '--only', only];
  args.push('--sample', strikes.toFixed(), '--seed', seed.toFixed());
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    const printed = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${printed.stdout ?? ''}${printed.stderr ?? ''}`, { cause: error });
  }
}
