import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { denoCommand } from '../deno.ts';
import { withTestBundle } from './bundle-tests.ts';
import { noCounts, type Counts } from './record.ts';

const CHILD = fileURLToPath(new URL('./deno-child.mjs', import.meta.url));

/**
 * Runs test files of a package, bundled as for a browser, in one Deno process of their own; a process that dies counts as one
 * more failed test. Where there is no Deno each file counts as skipped.
 */
export async function runInDeno(
  packageFolder: string,
  files: readonly string[],
  timeoutMs: number,
): Promise<Counts> {
  const deno = await denoCommand();
  if (!deno) {
    console.log('The tests in Deno are skipped: its GPU driver is for linux x64 only.');
    return { ...noCounts(), skipped: files.length };
  }
  return withTestBundle(packageFolder, files, 'browser', async (bundle) => {
    // By this the line with the counts is told from what tests print.
    const mark = `${randomUUID()} `;
    const entry = pathToFileURL(join(bundle, 'entry.js')).href;
    const child = spawn(deno.program, [...deno.args, '--no-config', CHILD, entry, mark], {
      cwd: packageFolder,
      env: { ...process.env, ...deno.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let counts: Counts | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith(mark)) counts = JSON.parse(line.slice(mark.length)) as Counts;
      else console.log(line);
    });
    const watchdog = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const end = await new Promise<string>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve(signal ?? `exit code ${code ?? 'unknown'}`);
      });
    });
    clearTimeout(watchdog);
    if (counts !== undefined && end === 'exit code 0') return counts;
    console.log(`The Deno process of these tests ended by ${end} (time limit ${timeoutMs / 1000} s).`);
    const partial = counts ?? noCounts();
    return { ...partial, failed: partial.failed + 1 };
  });
}
