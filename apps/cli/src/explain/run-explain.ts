import { join } from 'node:path';
import { writeFileWhole } from '@ablation-cam/model';
import {
  ablationPlan,
  explain,
  releaseDevice,
  type ExplanationResult,
  type LookInsideOptions,
  type MethodName,
} from '@ablation-cam/xai';
import { parseMethod } from '../arguments/method.ts';
import { CliError } from '../errors.ts';
import { openModel } from '../open-model.ts';
import { printError, printJson } from '../print.ts';
import { withProgress } from '../progress.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { checkOutput } from './chosen-output.ts';
import { compareWithNaive, type NaiveComparison } from './compare.ts';
import { layersList, printLayers } from './layers-list.ts';
import { methodOptions } from './method-options.ts';
import { openInput, type OpenedInput } from './open-input.ts';
import { drawPictures } from './pictures.ts';
import { printPlan } from './plan-report.ts';
import { printReport } from './report.ts';
import type { ExplainRequest } from './request.ts';
import { resultsJson } from './results-json.ts';
import { scaleNote } from './scale-note.ts';

/** Carries `explain` out: prints the explanations and writes their files. */
export async function runExplain(request: ExplainRequest, signal: AbortSignal): Promise<void> {
  await loadTensorFlow();
  if (request.layers) {
    await runLayers(request);
    return;
  }
  if (request.adapter && !request.plan) {
    throw new CliError('--adapter names the GPU that a plan is counted for; give it with --plan.');
  }
  if (request.plan) {
    await runPlan(request);
    return;
  }
  const methods = methodsOf(request);
  const opened = await openInput(request, signal);
  const { input, loaded, classNames } = opened;
  const silent = request.json === true;
  try {
    const results: ExplanationResult[] = [];
    let comparison: NaiveComparison | null = null;
    for (const options of await methodOptions(request, methods, classNames, signal)) {
      const progress = { label: options.method, total: 100, silent };
      const result = await withProgress(progress, (onProgress) =>
        explain(loaded.network, input, { ...options, onProgress }),
      );
      results.push(result);
      if (request.compare && options.method === 'ablation-cam') {
        comparison = await compareWithNaive(loaded.network, input, options, result, silent);
      }
    }
    const { backend, output } = request;
    await report(request, opened, results, comparison, { backend, output, signal });
  } finally {
    loaded.dispose();
    await releaseDevice();
  }
}

/** Each method once, in the order in which they were named. */
function methodsOf({ method, layer, compare }: ExplainRequest): readonly MethodName[] {
  const methods = [...new Set(method.length === 0 ? (['ablation-cam'] as const) : method.map(parseMethod))];
  if (compare && methods.some((name) => name !== 'ablation-cam')) {
    throw new CliError('--compare holds Ablation-CAM against its naive loop; leave --method out with it.');
  }
  if (compare && layer.length > 1) {
    throw new CliError('--compare holds the weights of one layer against each other; give --layer once.');
  }
  return methods;
}

async function runPlan({ model: name, layer: layers, output, json, adapter }: ExplainRequest): Promise<void> {
  const { network, dispose } = await openModel(name);
  try {
    checkOutput(network, output, name);
    const plans = [];
    for (const layer of layers.length === 0 ? [undefined] : layers) {
      plans.push(await ablationPlan(network, { layer, output, adapter }));
    }
    if (json) printJson(plans.length === 1 ? plans[0] : plans);
    else plans.forEach(printPlan);
  } finally {
    dispose();
  }
}

async function runLayers({ model: name, output, json }: ExplainRequest): Promise<void> {
  const { network, dispose } = await openModel(name);
  try {
    checkOutput(network, output, name);
    const list = layersList(network, output);
    if (json) printJson(list);
    else printLayers(list);
  } finally {
    dispose();
  }
}

async function report(
  request: ExplainRequest,
  opened: OpenedInput,
  results: readonly ExplanationResult[],
  comparison: NaiveComparison | null,
  look: LookInsideOptions,
): Promise<void> {
  const scoresFile = request.writesFiles ? join(request.out, 'ablated-scores.npy') : 'ablated-scores.npy';
  const { json, scoresNpy } = resultsJson(request, opened, results, comparison, scoresFile);
  const written: string[] = [];
  if (request.writesFiles) {
    const pictures = await drawPictures(opened, results);
    const text = { name: 'explanation.json', data: `${JSON.stringify(json, null, 2)}\n` };
    for (const { name, data } of [...pictures, text]) {
      const path = join(request.out, name);
      await writeFileWhole(path, data);
      written.push(path);
    }
  }
  if (scoresNpy) {
    await writeFileWhole(scoresFile, scoresNpy);
    written.push(scoresFile);
  }
  const first = results[0]?.explanations[0];
  const scale = first ? await scaleNote(opened, first, look) : null;
  if (!request.json) printReport(opened, results, comparison, scale, written);
  else {
    printJson(json);
    if (scale !== null) printError(`note: ${scale}`);
  }
}
