import { explainSet } from '@ablation-cam/xai';
import { bytesText, counted } from '../../explain/quantity.ts';
import { print, printJson } from '../../print.ts';
import { inputOf } from '../reading/reading.ts';
import { encodeChunk } from '../result/encode-chunk.ts';
import { computedArrays } from '@ablation-cam/model/internals';
import { shardsOf } from '@ablation-cam/model/results';
import type { ResultStore } from '../result/store.ts';
import { MethodsExplainer } from './explain-methods.ts';
import type { OpenedSet } from './open-set.ts';
import { ShardRows } from './shard-rows.ts';
import { openReading } from './shard-runner.ts';

/** What a run would take. */
interface Estimate {
  readonly samples: number;
  readonly shards: number;
  /** That are not there yet. */
  readonly missing: number;
  readonly bytes: number;
  /** Where the result goes; null where nobody knows. */
  readonly freeBytes: number | null;
  /** Of one process on this machine. */
  readonly seconds: number;
}

/** Carries `--dry-run` out: explains one batch, writes nothing, and says what all of it would take. */
export async function dryRun(set: OpenedSet, store: ResultStore, json: boolean): Promise<void> {
  const estimate = await estimated(set, store);
  if (json) {
    printJson(estimate);
    return;
  }
  const { samples, shards, missing, bytes, freeBytes, seconds } = estimate;
  const free = freeBytes === null ? '' : ` of ${bytesText(freeBytes)} free`;
  const all = `${counted(samples, 'sample', 'samples')} in ${counted(shards, 'shard', 'shards')}`;
  print(`${all}, ${missing} of them to be explained`);
  print(`about ${bytesText(bytes)}${free}`);
  print(`about ${duration(seconds)} in one process of this machine`);
}

async function estimated(
  { loaded, plan, entries, result }: OpenedSet,
  store: ResultStore,
): Promise<Estimate> {
  const shards = shardsOf(plan);
  const missing = result ? (await result.missing()).length : shards;
  const explainer = await MethodsExplainer.create(loaded.network, plan, plan.classNames);
  const reading = openReading(plan.data.source, plan.options, loaded);
  const some = entries.slice(0, plan.batch);
  const samples = some.map(({ source }) => ({ read: async () => inputOf(await reading.ask(source)) }));
  const explainOnce = async (): Promise<ShardRows> => {
    const rows = new ShardRows(plan, some.length);
    for await (const { index, explanations, error } of explainSet(explainer, samples, {
      batch: plan.batch,
    })) {
      if (error) rows.fail(index, error.message);
      else rows.explain(index, explanations);
    }
    return rows;
  };
  try {
    // The first time much is compiled and prepared.
    await explainOnce();
    const started = performance.now();
    const { rows } = await explainOnce();
    const seconds = (performance.now() - started) / 1000;
    let bytes = 0;
    for (const spec of computedArrays(plan)) {
      bytes += encodeChunk(spec, rows.get(spec.path) ?? [], some.length).length;
    }
    const share = plan.data.count / some.length;
    return {
      samples: plan.data.count,
      shards,
      missing,
      bytes: Math.ceil(bytes * share),
      freeBytes: await store.free(),
      seconds: seconds * share * (missing / shards),
    };
  } finally {
    await reading.close();
    await explainer.dispose();
  }
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toPrecision(2)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
}
