import { classLookup, type LoadedModel } from '@ablation-cam/model';
import { useThreads } from '@ablation-cam/kernels';
import { releaseDevice } from '@ablation-cam/xai';
import { counted } from '../../explain/quantity.ts';
import { print, printJson } from '../../print.ts';
import { loadTensorFlow } from '../../tensorflow.ts';
import type { SetRequest } from '../options.ts';
import { ShardQueue } from '../queue/shard-queue.ts';
import { countRight } from '../result/count-right.ts';
import { shardRange, shardsOf, type SetPlan } from '@ablation-cam/model/results';
import type { SetResultGroup } from '../result/result.ts';
import { openStore, placeOf } from '../result/open-store.ts';
import type { ResultStore } from '../result/store.ts';
import { dryRun } from './dry-run.ts';
import { runInProcesses } from './many-processes.ts';
import { thisMachine, usualWorkers } from './machine.ts';
import { mergeResult } from './merge.ts';
import { runHere } from './one-process.ts';
import { openResult } from './open-result.ts';
import { openSet, type OpenedSet } from './open-set.ts';
import { rateText, SetProgress } from './set-progress.ts';
import { ownShards, shardChoice, type ShardChoice } from './shard-choice.ts';
import { keepHeapSteady } from './steady-heap.ts';
import { PROGRAM } from '../../program-name.ts';

/** The exit code of a run that is done, but for samples that could not be explained. */
export const SOME_FAILED = 3;

/** Carries `explain-set` out. */
export async function runExplainSet(request: SetRequest, signal: AbortSignal): Promise<void> {
  const choice = shardChoice(request.shard, process.env);
  keepHeapSteady();
  await loadTensorFlow();
  const store = await openStore(request.out);
  // What is wrong with it is said before the samples are listed.
  const { queue: url, silence } = request;
  const queue = url === undefined ? null : await ShardQueue.open(url, { silence });
  try {
    await runOpened(request, store, queue, choice, signal);
  } finally {
    await queue?.close();
    await releaseDevice();
  }
}

async function runOpened(
  request: SetRequest,
  store: ResultStore,
  queue: ShardQueue | null,
  choice: ShardChoice | null,
  signal: AbortSignal,
): Promise<void> {
  const set = await openSet(request, store, signal);
  try {
    noteUnknownLabels(request, set);
    if (request.dryRun) {
      await dryRun(set, store, request.json === true);
      return;
    }
    const result = await set.begin();
    const missing = await result.missing();
    const own = ownShards(missing, choice);
    if (queue !== null) {
      await enqueue(queue, request, result, own);
      return;
    }
    const total = samplesIn(result.plan, ownShards(allShards(result.plan), choice));
    const silent = request.json === true || own.length === 0;
    const progress = new SetProgress(total, total - samplesIn(result.plan, own), silent);
    const started = performance.now();
    try {
      await explainShards(request, result, set.loaded, own, progress, signal);
    } finally {
      progress.stop();
    }
    signal.throwIfAborted();
    const seconds = (performance.now() - started) / 1000;
    if (choice !== null) {
      // Other parts may still be under way: `explain-set merge` ends the result.
      report(request, { shards: own.length, of: shardsOf(result.plan), seconds, rate: progress.rate });
      return;
    }
    await end(request, result, own.length === 0 ? null : { seconds, rate: progress.rate });
  } finally {
    set.loaded.dispose();
  }
}

/** Classes that are named. */
const SHOWN_CLASSES = 10;

/** Says where labels are none of the model's classes, or nobody would know why there is no accuracy. */
function noteUnknownLabels({ json }: SetRequest, { entries, plan }: OpenedSet): void {
  if (json) return;
  const classOf = classLookup(plan.classNames);
  const unknown = entries.filter(({ label }) => typeof label === 'string' && classOf(label) < 0);
  const [first] = unknown;
  if (first === undefined) return;
  const [some, more] = [plan.classNames.slice(0, SHOWN_CLASSES), plan.classNames.length > SHOWN_CLASSES];
  const names = some.length > 0 ? `${some.join(', ')}${more ? ', ...' : ''}` : 'which has no names';
  print(
    `"${String(first.label)}" is no class of the model (${names}): ` +
      `${counted(unknown.length, 'sample counts', 'samples count')} as without label; --labels names classes`,
  );
}

async function enqueue(
  queue: ShardQueue,
  { out, json }: SetRequest,
  { plan }: SetResultGroup,
  shards: readonly number[],
): Promise<void> {
  const queued = await queue.put(plan.key, placeOf(out), shards);
  if (json) printJson({ result: out, shards: shardsOf(plan), queued });
  else
    print(
      `${queued} of ${shardsOf(plan)} shards are in the queue; now run explain-worker, and explain-set merge in the end`,
    );
}

async function explainShards(
  request: SetRequest,
  result: SetResultGroup,
  loaded: LoadedModel,
  shards: readonly number[],
  progress: SetProgress,
  signal: AbortSignal,
): Promise<void> {
  if (shards.length === 0) return;
  const machine = thisMachine();
  const usual = usualWorkers(machine, result.plan.engine.backend);
  const workers = Math.min(request.workers ?? usual, shards.length);
  const threads = request.threads ?? Math.max(1, Math.floor(machine.cores / workers));
  if (workers > 1) {
    await runInProcesses(shards, workers, { out: request.out, threads }, progress, signal);
    return;
  }
  useThreads(threads);
  await runHere(result, loaded, shards, progress, signal);
}

/** Merges a result that is whole, and says what is in it. */
export async function end(
  { out, json }: Pick<SetRequest, 'out' | 'json'>,
  result: SetResultGroup,
  run: { readonly seconds: number; readonly rate: number } | null,
): Promise<void> {
  const seconds = run?.seconds ?? null;
  const { explained, failed } = await mergeResult(result, seconds);
  const { labelled, right } = await countRight(result);
  if (failed > 0) process.exitCode = SOME_FAILED;
  if (json) {
    printJson({ result: out, explained, failed, labelled, right, seconds, rate: run?.rate ?? null });
    return;
  }
  print(
    `explained ${explained} samples${failed > 0 ? `; ${failed} could not be: the array "error", and summarize, say why` : ''}`,
  );
  if (labelled > 0)
    print(`${right} of ${labelled} labelled ones right, accuracy ${(right / labelled).toFixed(4)}`);
  if (run !== null) print(`${run.seconds.toFixed(1)} s, ${rateText(run.rate)} samples a second`);
  print(`wrote ${out}`);
}

function report(
  { out, json }: SetRequest,
  done: { readonly shards: number; readonly of: number; readonly seconds: number; readonly rate: number },
): void {
  if (json) printJson({ result: out, ...done });
  else
    print(
      `explained ${done.shards} of ${done.of} shards of ${out}; when all are there: ${PROGRAM} explain-set merge ${out}`,
    );
}

/** Carries `explain-set merge` out. @throws CliError where there is no result, or shards are missing */
export async function runMerge(out: string, json: true | undefined): Promise<void> {
  await end({ out, json }, await openResult(await openStore(out)), null);
}

function allShards(plan: SetPlan): number[] {
  return Array.from({ length: shardsOf(plan) }, (_, shard) => shard);
}

function samplesIn(plan: SetPlan, shards: readonly number[]): number {
  return shards.reduce((sum, shard) => sum + shardRange(plan, shard).count, 0);
}
