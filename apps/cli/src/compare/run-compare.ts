import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { lightPalette, writeFileWhole, type LoadedModel } from '@ablation-cam/model';
import { releaseDevice, type MethodName } from '@ablation-cam/xai';
import { dataName, isOwnTestSet, openEvaluationData } from '../open-data.ts';
import { openModel } from '../open-model.ts';
import { startProgress } from '../progress.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { print, printError, printJson } from '../print.ts';
import { comparisonMarkdown } from './comparison-markdown.ts';
import { comparisonCsv, type Comparison, type ComparisonSettings } from './comparison.ts';
import { drawExamples } from './examples.ts';
import { inputOf, measureSamples } from './measure-samples.ts';
import { MethodExplainers } from './method-explainers.ts';
import { printComparison } from './print-comparison.ts';
import type { SampleRecord } from './metrics.ts';
import { openProgressFile, type ProgressFile } from './progress-file.ts';
import { renderComparison } from './report.ts';
import { parseMethods, type CompareRequest } from './request.ts';
import { chooseSamples, type CompareData } from './samples.ts';
import { metricsOf, summarize } from './summary.ts';

/** Values of the samples that are explained together: their work is lost when a run is interrupted. */
const VALUES_PER_CHUNK = 2 ** 17;
const MOST_SAMPLES_PER_CHUNK = 50;
/** Enough for the JavaScript engine to compile what a short call runs. */
const WARM_UP_SECONDS = 0.3;
const LONGEST_WARM_UP_SECONDS = 20;

/** Carries `compare` out: measures, prints the table and writes its files. */
export async function runCompare(request: CompareRequest, signal: AbortSignal): Promise<void> {
  const methods = parseMethods(request.methods);
  dataName(request);
  await loadTensorFlow();
  const loaded = await openModel(request.model, signal);
  const { layer, backend, executor } = request;
  const explainers = new MethodExplainers(loaded.network, { layer, backend, executor, signal });
  try {
    const data = await openData(request, loaded, signal);
    const settings = settingsOf(request, methods, data);
    const path = join(request.out, 'samples.jsonl');
    const file = await openProgressFile(path, settings, request.fresh === true);
    if (file.passedOver > 0 && !request.json) {
      printError(
        `note: ${file.passedOver} lines of ${path} are cut off or not of this comparison; they are measured again.`,
      );
    }
    const measure = async (method: MethodName, samples: readonly number[]): Promise<SampleRecord[]> =>
      measureSamples(loaded.network, explainers, data, samples, method, { ...settings, signal });
    const records = await measureAll(data, methods, explainers, measure, file, request.json === true);
    const comparison: Comparison = {
      settings,
      samples: data.samples.length,
      classNames: data.dataSet.classNames,
      metrics: metricsOf(records),
      methods: summarize(records, methods),
      records,
    };
    if (request.json) printJson(comparison);
    else printComparison(comparison);
    const files = await writeFiles(request, explainers, data, comparison);
    if (!request.json) print(`\nwrote ${files.join(', ')}`);
  } finally {
    await explainers.dispose();
    loaded.dispose();
    await releaseDevice();
  }
}

async function openData(
  request: CompareRequest,
  loaded: LoadedModel,
  signal: AbortSignal,
): Promise<CompareData> {
  // Test sets of our own are limited here, where the index of each sample is still known.
  const limit = isOwnTestSet(dataName(request)) ? undefined : request.limit;
  const dataSet = await openEvaluationData({ ...request, limit }, loaded, signal);
  return chooseSamples(dataSet, request.limit);
}

function settingsOf(
  request: CompareRequest,
  methods: readonly MethodName[],
  { dataSet, samples }: CompareData,
): ComparisonSettings {
  const { model, layer, fraction, steps, backend, executor, normalize } = request;
  return {
    model,
    data: dataSet.name,
    methods,
    samples,
    layer: layer ?? null,
    fraction: fraction ?? (dataSet.inputShape.length === 3 ? 0.9 : 0.3),
    steps,
    backend,
    executor,
    normalize: normalize ?? null,
  };
}

/**
 * Measures what is not in the file yet, method by method on a few samples at a time. Each time another method comes first: a
 * call is slower or faster for what went before it.
 */
async function measureAll(
  data: CompareData,
  methods: readonly MethodName[],
  explainers: MethodExplainers,
  measure: (method: MethodName, samples: readonly number[]) => Promise<SampleRecord[]>,
  file: ProgressFile,
  silent: boolean,
): Promise<Comparison['records']> {
  const records = new Map(file.records.map((record) => [keyOf(record), record]));
  const total = data.samples.length * methods.length;
  const length = data.dataSet.inputShape.reduce((product, size) => product * size, 1);
  const size = Math.max(1, Math.min(MOST_SAMPLES_PER_CHUNK, Math.floor(VALUES_PER_CHUNK / length)));
  const warm = new Set<MethodName>();
  const progress = startProgress({ label: 'comparing', total, silent });
  try {
    progress.update(records.size);
    for (let first = 0; first < data.samples.length; first += size) {
      const chunk = data.samples.slice(first, first + size);
      for (const method of rotated(methods, first / size)) {
        // Noise follows the place in a batch: a chunk that was cut off is measured again as a whole.
        if (chunk.every((sample) => records.has(keyOf({ method, sample })))) continue;
        if (!warm.has(method)) {
          await warmUp(explainers, data.dataSet, chunk, method);
          warm.add(method);
        }
        const found = await measure(method, chunk);
        await file.append(found);
        for (const record of found) records.set(keyOf(record), record);
        progress.update(records.size, method);
      }
    }
  } finally {
    progress.stop();
  }
  const place = new Map(methods.map((method, index) => [method as string, index]));
  return [...records.values()].sort(
    (a, b) => a.sample - b.sample || (place.get(a.method) ?? 0) - (place.get(b.method) ?? 0),
  );
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** The first calls compile and upload, which is no matter of the method; what is compiled depends on the number of inputs. */
async function warmUp(
  explainers: MethodExplainers,
  dataSet: CompareData['dataSet'],
  chunk: readonly number[],
  method: MethodName,
): Promise<void> {
  const one = await inputOf(dataSet, chunk.slice(0, 1));
  await explainers.explain(method, one);
  const { seconds: each } = await explainers.explain(method, one);
  // Next to what a slow method computes, compiling takes no time.
  if (each * chunk.length > LONGEST_WARM_UP_SECONDS) return;
  const all = await inputOf(dataSet, chunk);
  let seconds = 0;
  do seconds += (await explainers.explain(method, all)).seconds;
  while (seconds < WARM_UP_SECONDS);
}

function keyOf({ method, sample }: Pick<SampleRecord, 'method' | 'sample'>): string {
  return `${method} ${String(sample)}`;
}

async function writeFiles(
  request: CompareRequest,
  explainers: MethodExplainers,
  data: CompareData,
  comparison: Comparison,
): Promise<string[]> {
  const examples = await drawExamples(explainers, data, comparison, lightPalette);
  const { settings } = comparison;
  const facts = {
    model: settings.model,
    'data set': settings.data,
    samples: comparison.samples,
    'target layer': settings.layer ?? 'the last feature map',
    'kept fraction': settings.fraction,
    'steps of insertion and deletion': settings.steps,
    'seconds per image': 'median, from call to result, after a warm-up',
    backend: `TensorFlow.js ${tf.version.tfjs}, ${settings.backend}`,
    'executor of Ablation-CAM': settings.executor,
    runtime: `Node.js ${process.version}, ${process.platform} ${process.arch}`,
    'made on': new Date().toISOString(),
  };
  const contents = {
    'comparison.json': `${JSON.stringify(comparison, null, 2)}\n`,
    'comparison.csv': comparisonCsv(comparison),
    'comparison.md': comparisonMarkdown(comparison),
    'report.html': renderComparison(comparison, examples, facts),
  };
  const files: string[] = [];
  for (const [name, content] of Object.entries(contents)) {
    const path = join(request.out, name);
    await writeFileWhole(path, content);
    files.push(path);
  }
  return files;
}
