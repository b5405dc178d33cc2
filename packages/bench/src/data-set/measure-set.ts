import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createExplainer } from '@ablation-cam/xai';
import { BenchError } from '../errors.ts';
import { otherWork } from '../measure/moments.ts';
import { summarize } from '../measure/statistics.ts';
import type { DataSetResult, Spread } from '../results/result.ts';
import type { DataSetCase } from './data-set-case.ts';
import { prepareSet } from './prepare-set.ts';

const run = promisify(execFile);

export interface MeasureSetOptions {
  /** How `explain-set` is begun: the program and its first arguments. */
  readonly program: readonly [string, ...string[]];
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

/** What a run of `explain-set` says, and what its result says of it. */
interface SetRun {
  /** Samples a second, once the first ones are done. */
  readonly rate: number;
  readonly batch: number;
}

/**
 * Times `explain-set` against an explainer that is given the same inputs, read before, in batches of the same size: in rounds in which
 * both take turns.
 *
 * @throws BenchError where `explain-set` fails; the signal's reason
 */
export async function measureSet(setCase: DataSetCase, options: MeasureSetOptions): Promise<DataSetResult> {
  const { rounds, signal, onStep } = options;
  onStep('preparing');
  const set = await prepareSet(setCase);
  try {
    const explainSet = (): Promise<SetRun> =>
      runExplainSet(options, [set.pictures, '--model', set.model], set.newResult());
    // It says how many go together.
    const { batch } = await explainSet();
    const input = await set.batch(batch);
    const explainer = await createExplainer(set.loaded.network, { method: 'ablation-cam' });
    const times: { readonly aloneMs: number; readonly setMs: number }[] = [];
    try {
      await explainer.explain(input);
      for (let round = 0; round < rounds; round++) {
        signal.throwIfAborted();
        onStep(`round ${round + 1} of ${rounds}`);
        const batches = Math.ceil(setCase.samples / batch);
        const started = performance.now();
        for (let i = 0; i < batches; i++) await explainer.explain(input);
        const aloneMs = (performance.now() - started) / (batches * batch);
        await otherWork();
        times.push({ aloneMs, setMs: 1000 / (await explainSet()).rate });
      }
    } finally {
      await explainer.dispose();
    }
    const { name, title, samples, promised } = setCase;
    return {
      ...{ case: name, title, samples, batch, rounds, promised },
      alone: spreadOf(times.map(({ aloneMs }) => aloneMs)),
      explainSet: spreadOf(times.map(({ setMs }) => setMs)),
      // Of each round, since what slows one down meets both.
      ratio: summarize(times.map(({ aloneMs, setMs }) => aloneMs / setMs)).median,
    };
  } finally {
    await set.dispose();
  }
}

async function runExplainSet(
  { program: [command, ...first], signal }: MeasureSetOptions,
  set: readonly string[],
  out: string,
): Promise<SetRun> {
  try {
    const { stdout } = await run(command, [...first, 'explain-set', ...set, '--out', out, '--json'], {
      signal,
    });
    const { rate } = JSON.parse(stdout) as { readonly rate: number };
    const { attributes } = JSON.parse(await readFile(join(out, 'zarr.json'), 'utf8')) as {
      readonly attributes: { readonly ablation_cam: { readonly batch: number } };
    };
    return { rate, batch: attributes.ablation_cam.batch };
  } catch (cause) {
    signal.throwIfAborted();
    throw new BenchError('unsupported', `explain-set failed: ${(cause as Error).message}`, { cause });
  }
}

function spreadOf(times: readonly number[]): Spread {
  const { median, quartiles } = summarize(times);
  return { medianMs: median, quartilesMs: quartiles };
}
