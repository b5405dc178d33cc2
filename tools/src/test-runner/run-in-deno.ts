import { denoCommand } from '../deno.ts';
import { withTestBundle } from './bundle-tests.ts';
import { callInDeno } from './call-in-deno.ts';
import { noCounts, type Counts } from './record.ts';

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
    const { value: counts, end } = await callInDeno<Counts>(deno, { bundle, packageFolder, timeoutMs });
    if (counts !== undefined && end === 'exit code 0') return counts;
    console.log(`The Deno process of these tests ended by ${end} (time limit ${timeoutMs / 1000} s).`);
    const partial = counts ?? noCounts();
    return { ...partial, failed: partial.failed + 1 };
  });
}
