import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { classLookup, type LoadedModel } from '@ablation-cam/model';
import type { InputArray } from '@ablation-cam/xai';
import { parseMethod } from '../../arguments/method.ts';
import { CliError } from '../../errors.ts';
import { openExplained } from '../../explain/open-input.ts';
import { isEmbedded } from '../../open-model.ts';
import type { SetRequest } from '../options.ts';
import { inputOf } from '../reading/reading.ts';
import type { ListedSample, SetPlan } from '@ablation-cam/model/results';
import { SetResultGroup } from '../result/result.ts';
import type { ResultStore } from '../result/store.ts';
import { listSamples } from '../samples/sample-source.ts';
import type { Entry, SampleList } from '../samples/samples.ts';
import { dataHash, keyOf, modelHash } from './identity.ts';
import { thisMachine } from './machine.ts';
import { makePlan, type KnownFacts } from './make-plan.ts';
import { refuseChanged } from './refuse-changed.ts';
import { openReading } from './shard-runner.ts';

/** A set that is to be explained, and where its result goes. */
export interface OpenedSet {
  readonly loaded: LoadedModel;
  readonly plan: SetPlan;
  readonly entries: readonly Entry[];
  /** Null where it has not been begun. */
  readonly result: SetResultGroup | null;
  /** Begins the result, or goes on with what is there, so that shards can be explained. @throws ModelError, CliError */
  begin(): Promise<SetResultGroup>;
}

/**
 * Loads the model, lists the samples, and finds the plan: that of the result that is there, or a new one.
 *
 * @throws CliError where the result belongs to another model, other data or options; ModelError
 */
export async function openSet(
  request: SetRequest,
  store: ResultStore,
  signal: AbortSignal,
): Promise<OpenedSet> {
  const options = optionsOf(request);
  const existing = await SetResultGroup.open(store);
  const { loaded, classNames } = await openExplained(request, signal);
  try {
    const list = limited(await listSamples(request.source), request.limit);
    const facts = await factsOf(request, options, loaded, classNames, list);
    if (existing) refuseOther(existing.plan, facts, request, store.name);
    const plan = existing?.plan ?? (await newPlan(request, loaded, facts, list.entries));
    return {
      loaded,
      plan,
      entries: list.entries,
      result: existing,
      begin: async () => {
        const result = existing ?? (await SetResultGroup.begin(store, plan));
        // Somebody else may have begun another one meanwhile.
        refuseOther(result.plan, facts, request, store.name);
        if (existing !== null) await refuseChanged(result, list.entries);
        await result.writeList(samplesOf(list, result.plan.classNames));
        return result;
      },
    };
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}

/** What of the request says what the numbers are, its words read. */
function optionsOf(request: SetRequest): SetPlan['options'] {
  const { layer, output, topK, score, weighting, norm, strategy, normalize, maxPixels } = request;
  const { drop, weights } = request;
  const method = [
    ...new Set(request.method.length === 0 ? ['ablation-cam' as const] : request.method.map(parseMethod)),
  ];
  const options = {
    ...{ method, layer: [...layer], class: request.class, score, weighting, norm, strategy, weights },
  };
  return {
    ...options,
    ablation: request.ablation.endsWith('.npy') ? resolve(request.ablation) : request.ablation,
    ...(output !== undefined && { output }),
    ...(topK !== undefined && { topK }),
    ...(normalize !== undefined && { normalize }),
    ...(maxPixels !== undefined && { maxPixels }),
    ...(drop !== undefined && { drop }),
  };
}

async function factsOf(
  request: SetRequest,
  options: SetPlan['options'],
  loaded: LoadedModel,
  classNames: readonly string[],
  list: SampleList,
): Promise<KnownFacts> {
  const model = {
    source: isEmbedded(request.model) ? request.model : placeOf(request.model),
    hash: await modelHash(request.model, loaded),
  };
  const data = {
    source: list.identity.startsWith('{') ? request.source : placeOf(request.source),
    hash: dataHash(list),
    count: list.entries.length,
  };
  const key = keyOf(model.hash, data.hash, { ...options, ablation: await contentOf(options.ablation) });
  // A model of unnamed classes takes the names of the labels, where there are as many.
  const names = classNames.length > 0 ? classNames : (list.labelNames ?? []);
  return { key, model, data, options, classNames: names };
}

/** A file by what is in it. */
async function contentOf(ablation: string): Promise<string> {
  if (!ablation.endsWith('.npy')) return ablation;
  try {
    return createHash('sha256')
      .update(await readFile(ablation))
      .digest('hex');
  } catch (cause) {
    throw new CliError(`Cannot read ${ablation}: ${(cause as Error).message}. Check --ablation.`, { cause });
  }
}

function placeOf(source: string): string {
  return /^[a-z]+:\/\//i.test(source) ? source : resolve(source);
}

async function newPlan(
  request: SetRequest,
  loaded: LoadedModel,
  facts: KnownFacts,
  entries: readonly Entry[],
): Promise<SetPlan> {
  const reading = openReading(request.source, facts.options, loaded);
  try {
    const read = async (source: string): Promise<InputArray> => inputOf(await reading.ask(source));
    return await makePlan(request, loaded, facts, entries, read, thisMachine());
  } finally {
    await reading.close();
  }
}

/** Samples evenly from the whole list: of a folder of class folders the first ones would be of one class. */
function limited(list: SampleList, limit: number | undefined): SampleList {
  const { entries } = list;
  if (limit === undefined || limit >= entries.length) return list;
  const step = entries.length / limit;
  return { ...list, entries: Array.from({ length: limit }, (_, i) => entries[Math.floor(i * step)]!) };
}

/** @throws CliError that says what of the result is other than what was asked for */
function refuseOther(plan: SetPlan, facts: KnownFacts, request: SetRequest, name: string): void {
  const differs = differenceOf(plan, facts, request);
  if (differs === null) return;
  throw new CliError(
    `${name} is the result of ${differs}. Say the same to go on with it, or choose another --out.`,
  );
}

function differenceOf(plan: SetPlan, facts: KnownFacts, request: SetRequest): string | null {
  if (plan.model.hash !== facts.model.hash) return `another model, ${plan.model.source}`;
  if (plan.data.hash !== facts.data.hash) {
    return `other data: ${plan.data.count} samples of ${plan.data.source}, not these ${facts.data.count}, or changed ones`;
  }
  if (plan.key !== facts.key) {
    const names = new Set([...Object.keys(plan.options), ...Object.keys(facts.options)]) as Set<
      keyof SetPlan['options']
    >;
    const other = [...names].filter(
      (option) => JSON.stringify(plan.options[option]) !== JSON.stringify(facts.options[option]),
    );
    return `other options: ${other.map((option) => `${option} ${JSON.stringify(plan.options[option] ?? null)}`).join(', ') || 'another --ablation file'}`;
  }
  const { backend, executor, batch, shardSize, zarrFormat } = request;
  if (backend !== 'auto' && backend !== plan.engine.backend) return `--backend ${plan.engine.backend}`;
  if (executor !== 'auto' && executor !== plan.engine.executor) return `--executor ${plan.engine.executor}`;
  if (batch !== undefined && batch !== plan.batch) return `--batch ${plan.batch}`;
  if (shardSize !== undefined && shardSize !== plan.shard) return `--shard-size ${plan.shard}`;
  if (zarrFormat !== undefined && zarrFormat !== plan.zarrFormat) return `--zarr-format ${plan.zarrFormat}`;
  return null;
}

function* samplesOf(
  { entries }: SampleList,
  classNames: readonly string[],
): Generator<ListedSample, void, undefined> {
  const classOf = classLookup(classNames);
  for (const { source, label } of entries) {
    yield { source, label: typeof label === 'string' ? classOf(label) : (label ?? -1) };
  }
}
