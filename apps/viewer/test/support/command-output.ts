import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const RUN = fileURLToPath(new URL('../../../cli/run.mjs', import.meta.url));

/** What `pnpm <command>` prints, run without pnpm. */
export async function commandOutput(command: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, ...command], { maxBuffer: 2 ** 26 });
  return stdout;
}
