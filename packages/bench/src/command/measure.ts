import { sealedJson, writeFileWhole } from '@ablation-cam/model';
import { BenchError } from '../errors.ts';
import { renderTable } from '../report/table.ts';
import type { BenchRun } from '../results/result.ts';
import { runBench, type BenchHooks, type BenchRequest } from '../run-bench.ts';
import { ENGINES, type Engine } from '../open-case/engine.ts';
import { abortOnInterrupt, INTERRUPTED } from './interrupt.ts';
import { startProgress } from './progress.ts';
import type { CommandOptions } from './run-command.ts';

/** `pnpm bench`: measures and reports; Ctrl-C reports what is there. */
export async function measureCommand(options: CommandOptions): Promise<void> {
  const signal = abortOnInterrupt();
  const request = requestOf(options);
  const progress = startProgress();
  // Of a process that is killed there is what it had measured.
  const write = async (run: BenchRun): Promise<void> => {
    if (options.json !== undefined) await writeFileWhole(options.json, await sealedJson(run));
  };
  const hooks: BenchHooks = { signal, onStep: progress.update, onCase: write };
  const run = await measured(options, request, hooks).finally(progress.stop);
  process.stdout.write(`${renderTable(run)}\n`);
  await write(run);
  if (options.html !== undefined && run.results.length + run.endToEnd.length > 0) {
    const { renderHtml } = await import('../report/html.ts');
    await writeFileWhole(options.html, await renderHtml(run));
  }
  if (run.skipped.some(({ isFailure }) => isFailure)) process.exitCode = 1;
  if (signal.aborted) {
    process.stderr.write('interrupted: this is what was measured until then\n');
    process.exitCode = INTERRUPTED;
  }
}

/** What the options ask for. @throws BenchError `invalid-option` for an engine that is not measured */
export function requestOf(options: CommandOptions): BenchRequest {
  return {
    set: options.endToEnd ? 'end-to-end' : options.full ? 'full' : options.quick ? 'quick' : undefined,
    engines: options.engine?.map(engineCalled),
    cases: options.case,
    strategies: options.strategy,
    rounds: options.rounds,
    minutes: options.minutes,
    adapter: options.software ? 'software' : 'auto',
  };
}

function engineCalled(name: string): Engine {
  const known = ENGINES.find((engine) => engine === name);
  if (known) return known;
  throw new BenchError('invalid-option', `There is no engine "${name}"; choose from ${ENGINES.join(', ')}.`);
}

async function measured(
  { browser, dataSets }: CommandOptions,
  request: BenchRequest,
  hooks: BenchHooks,
): Promise<BenchRun> {
  if (dataSets) {
    const { runDataSets } = await import('./data-sets.ts');
    return runDataSets(request, hooks);
  }
  return browser ? inBrowser(request, hooks) : runBench(request, hooks);
}

async function inBrowser(request: BenchRequest, hooks: BenchHooks): Promise<BenchRun> {
  const { runInBrowser } = await import('./run-in-browser.ts');
  return runInBrowser(request, hooks);
}
