import * as tf from '@tensorflow/tfjs';
import { graphCost } from '@ablation-cam/kernels';
import type { LoadedModel } from '@ablation-cam/model';
import { worksOnLayers, type InputArray } from '@ablation-cam/xai';
import { CliError } from '../../errors.ts';
import type { SetRequest } from '../options.ts';
import { sampleBytes } from '@ablation-cam/model/internals';
import type { PlannedMethod, SetPlan } from '@ablation-cam/model/results';
import type { Entry } from '../samples/samples.ts';
import { usualBatch, usualWorkers, type SetMachine } from './machine.ts';
import { MethodsExplainer, type SetExplanation } from './explain-methods.ts';

/** What is known before anything is explained. */
export interface KnownFacts {
  readonly key: string;
  readonly model: SetPlan['model'];
  readonly data: SetPlan['data'];
  readonly options: SetPlan['options'];
  readonly classNames: readonly string[];
}

/** Samples that are tried before it is said that none can be read. */
const MOST_TRIED = 50;

/** What a shard is bounded by: its bytes, its samples, and multiply-adds, some minutes on two cores. */
const SHARD_BYTES = 2 ** 24;
const MOST_IN_SHARD = 1024;
const SHARD_OPERATIONS = 3e12;

/** So many shards a small set has at least, so that several workers have something to do. */
const FEWEST_SHARDS = 16;

/**
 * Explains the first sample that can be read, and plans by what came out: which arrays there are, and on what the set is
 * explained. Sizes follow from the network and the data, so that all who plan a set plan the same, but where
 * memory is short.
 *
 * @throws CliError where no sample can be read; what explaining throws
 */
export async function makePlan(
  request: SetRequest,
  { network }: LoadedModel,
  facts: KnownFacts,
  entries: readonly Entry[],
  read: (source: string) => Promise<InputArray>,
  machine: SetMachine,
): Promise<SetPlan> {
  const { options, classNames } = facts;
  const { backend: wanted, executor } = request;
  const engine = { backend: wanted, executor };
  const explainer = await MethodsExplainer.create(network, { options, engine }, classNames);
  try {
    const input = await firstReadable(request.source, entries, read);
    const { explanations } = await explainer.explain(input);
    const { runs } = explainer;
    const [first] = explanations;
    const [run] = runs;
    if (!first || !run) throw new RangeError('A method gave no explanation.');
    const methods = runs.map(({ method, layers, targets, channels }, index): PlannedMethod => {
      const own = explanations.find((explanation) => explanation.method === index);
      return {
        name: method,
        layers: [...layers],
        targets: [...targets],
        channels: own?.weights && worksOnLayers(method) ? (channels ?? own.weights.length) : null,
        map: [...(own?.mapSigned.shape ?? [])],
      };
    });
    const shaped = { options, methods, classes: run.classes, scores: scoresOf(first) };
    const { graph } = await network.at([input.shape]);
    const { operations } = graphCost(graph);
    const { chosen: backend } = run.backend;
    const bytes = sampleBytes(shaped);
    const workers = request.workers ?? usualWorkers(machine, backend);
    const batch = request.batch ?? usualBatch(input.data.length, bytes, machine.memory / workers);
    return {
      ...shaped,
      version: 1,
      key: facts.key,
      model: facts.model,
      data: facts.data,
      classNames: [...classNames],
      begun: new Date().toISOString(),
      engine: {
        backend,
        executor: runs.find((own) => own.executor)?.executor?.chosen ?? 'auto',
      },
      batch,
      shard: request.shardSize ?? shardOf(batch, facts.data.count, bytes, operations),
      zarrFormat: request.zarrFormat ?? '3',
      versions: { tfjs: tf.version.tfjs, node: process.versions.node },
    };
  } finally {
    await explainer.dispose();
  }
}

async function firstReadable(
  name: string,
  entries: readonly Entry[],
  read: (source: string) => Promise<InputArray>,
): Promise<InputArray> {
  let reason = '';
  for (const { source } of entries.slice(0, MOST_TRIED)) {
    try {
      return await read(source);
    } catch (error) {
      if (error instanceof CliError) throw error;
      reason ||= `${source}: ${(error as Error).message}`;
    }
  }
  throw new CliError(
    `None of the first ${Math.min(MOST_TRIED, entries.length)} samples of ${name} can be explained; the first, ${reason}`,
  );
}

function scoresOf({ probabilities, logits }: SetExplanation): SetPlan['scores'] {
  if (probabilities) return 'probabilities';
  return logits ? 'logits' : 'none';
}

/** A whole number of batches, so that batches are the same whoever explains which shard. */
function shardOf(batch: number, count: number, bytes: number, operations: number): number {
  const most = Math.min(
    MOST_IN_SHARD,
    SHARD_BYTES / bytes,
    SHARD_OPERATIONS / operations,
    count / FEWEST_SHARDS,
  );
  return batch * Math.max(1, Math.floor(most / batch));
}
