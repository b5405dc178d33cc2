import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

interface FailedProcess {
  readonly stdout: string;
  readonly stderr: string;
  readonly killed: boolean;
}

const RUN = fileURLToPath(new URL('../../run.mjs', import.meta.url));

/** Longer than a sample takes on a busy machine; a process that something keeps alive behind its last line takes for ever. */
const LIMIT_MS = 300_000;

/**
 * Runs some faults of each scenario of the package in the current folder, in a process of its own whose sources have points.
 *
 * @param strikes of each scenario, drawn at random
 * @param seed draws others
 * @param only names of scenarios, or parts of them, between semicolons
 * @param at only faults with this in "FAULT at PLACE (TIME)"
 * @returns the last line of the report
 * @throws Error with the whole report where there was a violation, or the process did not end
 */
export async function faultSample(strikes: number, seed: number, only = '', at = ''): Promise<string> {
  const args = [RUN, '--await-points', 'test/support/faults/main.ts', '--only', only];
  args.push('--sample', strikes.toFixed(), '--seed', seed.toFixed(), '--at', at);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    const { stdout = '', stderr = '', killed } = error as Partial<FailedProcess>;
    const end = killed ? `It did not end within ${LIMIT_MS / 1000} s.` : '';
    throw new Error(`${stdout}${stderr}${end}`, { cause: error });
  }
}
