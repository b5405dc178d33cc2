import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkParts } from './parts.ts';
import { runPart, type PartResult } from './run-part.ts';

/** `./check [FOLDER]` of the archive that `bench --pack` writes. */
const [first = 'ablation-cam-check', part = ''] = process.argv.slice(2);

if (first === '--part') {
  const { runOwnPart } = await import('./own-parts.ts');
  // What was left open must not keep the part from ending.
  process.exit((await runOwnPart(part)) ? 0 : 1);
}
process.exitCode = (await check(join(first, '/'))) ? 0 : 1;

/** Runs the parts one after the other; after each the report has what is known. Returns whether all passed. */
async function check(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const results: PartResult[] = [];
  for (const each of checkParts(fileURLToPath(new URL('.', import.meta.url)))) {
    process.stdout.write(`\n${each.title}\n`);
    results.push(await runPart(each, folder));
    await writeFile(`${folder}report.txt`, reportOf(results));
  }
  process.stdout.write(`\n${reportOf(results)}\nAll of it is in the folder ${folder}\n`);
  return results.every(({ end }) => end === 'passed');
}

function reportOf(results: readonly PartResult[]): string {
  const commit = process.env['ABLATION_CAM_COMMIT'] || 'unknown';
  const sections = results.map(({ part: { title }, end, seconds, lastLines }) =>
    [`${title}: ${end}, ${seconds.toFixed(0)} s`, ...lastLines.map((line) => `  ${line}`)].join('\n'),
  );
  return [`commit ${commit}, ${new Date().toISOString()}`, ...sections, ''].join('\n\n');
}
