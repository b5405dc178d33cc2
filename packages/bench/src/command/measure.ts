import { writeFile } from 'node:fs/promises';
import { runBench, type BenchRequest } from '../run-bench.ts';
import { renderTable } from '../report/table.ts';
import type { CommandOptions } from './run-command.ts';
import { abortOnInterrupt, INTERRUPTED } from './interrupt.ts';
import { startProgress } from './progress.ts';

/** `pnpm bench`: measures and reports; Ctrl-C reports what is there. */
export async function measureCommand(options: CommandOptions): Promise<void> {
  const signal = abortOnInterrupt();
  const request: BenchRequest = {
    set: options.full ? 'full' : options.quick ? 'quick' : undefined,
    cases: options.case,
    strategies: options.strategy,
    rounds: options.rounds,
    adapter: options.software ? 'software' : 'auto',
  };
  const progress = startProgress();
  const run = await runBench(request, {
    signal,
    onStep: progress.update,
  }).finally(progress.stop);
  process.stdout.write(`${renderTable(run)}\n`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(run, null, 2)}\n`);
  if (signal.aborted) {
    process.stderr.write('interrupted: what was measured until then\n');
    process.exitCode = INTERRUPTED;
  }
}
