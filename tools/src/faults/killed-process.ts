import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Strike } from './follow.ts';

/** Longer than any run takes, whatever happens to it, and the start of a process on a busy machine. */
const LIMIT_MS = 700_000;

/**
 * Runs a scenario in another process of this program, which dies at the strike.
 *
 * @returns whether it was killed, and not by this function
 * @throws Error where it ends otherwise than by itself
 */
export async function killedProcess(scenario: string, strike: Strike): Promise<boolean> {
  const args = [process.argv[1]!, '--only', scenario, '--die', JSON.stringify(strike)];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (signal === 'SIGKILL') return true;
  if (code === 0) return false;
  throw new Error(`A process that was to be killed ended with ${signal ?? String(code)}.`);
}
