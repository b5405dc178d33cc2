import { join } from 'node:path';
import { writeFileWhole } from '@ablation-cam/model';
import {
  ablationCam,
  ablationPlan,
  releaseDevice,
  type AblationCamOptions,
  type AblationCamResult,
} from '@ablation-cam/xai';
import { printJson } from '../print.ts';
import { startProgress } from '../progress.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { compareWithNaive, type Comparison } from './compare.ts';
import { explanationJson } from './explanation-json.ts';
import { drawPictures } from './pictures.ts';
import { parseMethod } from '../compare/request.ts';
import { printPlan } from './plan-report.ts';
import { runMethods } from './run-methods.ts';
import { printReport } from './report.ts';
import { parseAblation, parseClasses, type ExplainRequest } from './request.ts';
import { openModel, openSubject, type Subject } from './open-subject.ts';

/** Carries `explain` out: prints the explanation and writes its files. */
export async function runExplain(request: ExplainRequest, signal: AbortSignal): Promise<void> {
  await loadTensorFlow();
  if (request.plan) {
    await runPlan(request);
    return;
  }
  const methods = request.method.map(parseMethod);
  const subject = await openSubject(request);
  const { model } = subject.loaded;
  try {
    const options: AblationCamOptions = {
      layer: request.layer,
      classIndex: parseClasses(request.class, subject.classNames),
      ablation: await parseAblation(request.ablation),
      score: request.score,
      weighting: request.weighting,
      norm: request.norm,
      strategy: request.strategy,
      backend: request.backend,
      executor: request.executor,
      // What is printed tells the score without each channel; JSON has the scores of all classes where they are asked for.
      ablatedScores: request.ablatedScores ?? !request.json,
      signal,
    };
    if (methods.some((method) => method !== 'ablation-cam')) {
      await runMethods(request, methods, subject, options);
      return;
    }
    const result = await explainWithProgress(request, subject, options);
    const comparison = request.compare
      ? await compareWithNaive(model, subject.input, options, result, request.json === true)
      : null;
    await report(request, subject, result, comparison);
  } finally {
    model.dispose();
    await releaseDevice();
  }
}

async function runPlan({ model: name, layer, json }: ExplainRequest): Promise<void> {
  const { model } = await openModel(name);
  try {
    const plan = await ablationPlan(model, { layer });
    if (json) printJson(plan);
    else printPlan(plan);
  } finally {
    model.dispose();
  }
}

async function explainWithProgress(
  request: ExplainRequest,
  { loaded, input }: Subject,
  options: AblationCamOptions,
): Promise<AblationCamResult> {
  if (request.strategy !== 'naive') return ablationCam(loaded.model, input, options);
  const progress = startProgress({ label: 'naive loop', total: 100, silent: request.json === true });
  try {
    return await ablationCam(loaded.model, input, {
      ...options,
      onProgress: (done) => {
        progress.update(Math.round(100 * done));
      },
    });
  } finally {
    progress.stop();
  }
}

async function report(
  request: ExplainRequest,
  subject: Subject,
  result: AblationCamResult,
  comparison: Comparison | null,
): Promise<void> {
  const scoresFile = request.writesFiles ? join(request.out, 'ablated-scores.npy') : 'ablated-scores.npy';
  const { json, scoresNpy } = explanationJson(request, subject, result, comparison, scoresFile);
  const written: string[] = [];
  const write = async (name: string, data: string | Uint8Array): Promise<void> => {
    const path = join(request.out, name);
    await writeFileWhole(path, data);
    written.push(path);
  };
  if (request.writesFiles) {
    for (const { name, png } of await drawPictures(subject, result)) await write(name, png);
    await write('explanation.json', `${JSON.stringify(json, null, 2)}\n`);
  }
  if (scoresNpy) await writeFileWhole(scoresFile, scoresNpy);
  if (request.json) {
    printJson(json);
    return;
  }
  printReport(subject, result, comparison, written);
}
