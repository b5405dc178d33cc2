import { join } from 'node:path';
import { writeFileWhole } from '@ablation-cam/model';
import { ablationCam, explain, type AblationCamOptions, type MethodName } from '@ablation-cam/xai';
import { CliError } from '../errors.ts';
import { printJson } from '../print.ts';
import { startProgress } from '../progress.ts';
import { ablationJson } from './explanation-json.ts';
import { methodJson, type MethodRun } from './method-json.ts';
import type { Subject } from './open-subject.ts';
import { drawMethodPictures } from './pictures.ts';
import { printMethods } from './report-methods.ts';
import type { ExplainRequest } from './request.ts';

const SCORES_FILE = 'ablated-scores.npy';

/** Carries `explain` out with methods other than Ablation-CAM, or with several. */
export async function runMethods(
  request: ExplainRequest,
  methods: readonly MethodName[],
  subject: Subject,
  options: AblationCamOptions,
): Promise<void> {
  if (request.compare) {
    throw new CliError('--compare holds Ablation-CAM against its naive loop; leave --method out with it.');
  }
  const runs: MethodRun[] = [];
  for (const method of new Set(methods)) runs.push(await runMethod(request, method, subject, options));

  const explanations = runs.flatMap(({ json }) => json);
  const [only] = explanations;
  const json = explanations.length === 1 ? only : { explanations };
  const written: string[] = [];
  if (request.writesFiles) {
    const pictures = await drawMethodPictures(subject, runs);
    const contents: [string, string | Uint8Array][] = pictures.map(({ name, png }) => [name, png]);
    contents.push(['explanation.json', `${JSON.stringify(json, null, 2)}\n`]);
    for (const [name, content] of contents) {
      const path = join(request.out, name);
      await writeFileWhole(path, content);
      written.push(path);
    }
  }
  if (request.json) printJson(json);
  else printMethods(subject, runs, written);
}

async function runMethod(
  request: ExplainRequest,
  method: MethodName,
  subject: Subject,
  options: AblationCamOptions,
): Promise<MethodRun> {
  const { loaded, input } = subject;
  const progress = startProgress({ label: method, total: 100, silent: request.json === true });
  try {
    const onProgress = (done: number): void => {
      progress.update(Math.round(100 * done));
    };
    if (method === 'ablation-cam') {
      const result = await ablationCam(loaded.model, input, { ...options, onProgress });
      const scoresFile = request.writesFiles ? join(request.out, SCORES_FILE) : SCORES_FILE;
      const { explanations: json, scoresNpy } = ablationJson(request, subject, result, null, scoresFile);
      if (scoresNpy) await writeFileWhole(scoresFile, scoresNpy);
      const { explanations, timings, warnings } = result;
      return { method, layer: result.layer, explanations, totalMs: timings.totalMs, warnings, json };
    }
    const { layer, classIndex, score, backend, signal } = options;
    const result = await explain(loaded.model, input, {
      method,
      layer,
      classIndex,
      score,
      backend,
      signal,
      onProgress,
    });
    const { layers, explanations, timings, warnings } = result;
    const json = methodJson(request, subject, result);
    return { method, layer: layers[0] ?? null, explanations, totalMs: timings.totalMs, warnings, json };
  } finally {
    progress.stop();
  }
}
