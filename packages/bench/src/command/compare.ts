import { printable, readFile } from '@ablation-cam/model';
import { BenchError } from '../errors.ts';
import { renderComparison } from '../report/compare.ts';
import { readRun } from '../results/read-run.ts';

/** `pnpm bench --compare before.json after.json` */
export async function compareCommand(files: readonly string[]): Promise<void> {
  const [before, after] = files;
  if (before === undefined || after === undefined || files.length !== 2) {
    throw new BenchError('invalid-option', `--compare takes two files of results, got ${files.length}.`);
  }
  const [old, now] = await Promise.all(
    [before, after].map(async (name) => readRun(await readFile(name), name)),
  );
  process.stdout.write(`${printable(renderComparison(old!, now!))}\n`);
}
