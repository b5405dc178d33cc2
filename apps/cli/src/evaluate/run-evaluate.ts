import { basename, join } from 'node:path';
import {
  evaluate,
  writeFileWhole,
  type DataSet,
  type EvaluationResult,
  type LoadedModel,
} from '@ablation-cam/model';
import { evaluationPlots, renderEvaluationReport } from '@ablation-cam/model/reports';
import { openBackend } from '../backend.ts';
import { dataName, openEvaluationData } from '../open-data.ts';
import { openModel } from '../open-model.ts';
import { startProgress } from '../progress.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { print, printJson } from '../print.ts';
import { evaluationJson } from './evaluation-json.ts';
import { readHistory, type History } from './read-history.ts';
import { printEvaluation } from './report.ts';
import type { EvaluateRequest } from './request.ts';

/** Carries `evaluate` out: prints the figures and writes the files that were asked for. */
export async function runEvaluate(request: EvaluateRequest, signal: AbortSignal): Promise<void> {
  dataName(request);
  await loadTensorFlow();
  const backend = await openBackend(request.backend === 'onnxruntime' ? 'auto' : request.backend, signal);
  try {
    const history = await readHistory(request.model, request.history);
    const loaded = await openModel(request.model, signal);
    try {
      const data = await openEvaluationData(request, loaded, signal);
      const result = await evaluateWithProgress(request, loaded, data, signal);
      // Printed first: a full disk must not cost the figures.
      if (request.json) printJson(evaluationJson(request, result));
      else printEvaluation(request.model, backend, result);
      const files = await writeFiles(request, result, history, backend.adapter);
      if (!request.json && files.length > 0) print(`\nwrote ${files.join(', ')}`);
    } finally {
      loaded.dispose();
    }
  } finally {
    backend.dispose();
  }
}

async function evaluateWithProgress(
  { batch, logits, failed, json, backend }: EvaluateRequest,
  { model, network }: LoadedModel,
  data: DataSet,
  signal: AbortSignal,
): Promise<EvaluationResult> {
  const progress = startProgress({ label: 'evaluating', total: data.count, silent: json === true });
  try {
    return await evaluate(model ?? network, data, {
      batchSize: batch,
      engine: backend === 'auto' || backend === 'onnxruntime' ? backend : 'tfjs',
      outputs: logits ? 'logits' : 'probabilities',
      failedExamples: failed,
      signal,
      onProgress: (done) => {
        progress.update(done);
      },
    });
  } finally {
    progress.stop();
  }
}

async function writeFiles(
  { model, data, html, svg, limit }: EvaluateRequest,
  result: EvaluationResult,
  history: History | null,
  adapter: string | null,
): Promise<string[]> {
  const files: string[] = [];
  const epochs = history?.epochs ?? [];
  if (html !== undefined) {
    const page = await renderEvaluationReport(result, {
      title: `Evaluation of ${basename(model)} on ${result.dataName}`,
      history: epochs,
      parameters: {
        model,
        ...(data !== undefined && { data }),
        ...(limit !== undefined && { limit }),
        ...(history?.settings && { 'training settings': history.settings }),
        'made on': new Date().toISOString(),
        ...(adapter !== null && { adapter }),
        runtime: `Node.js ${process.version}, ${process.platform} ${process.arch}`,
      },
    });
    await writeFileWhole(html, page);
    files.push(html);
  }
  if (svg !== undefined) {
    for (const plot of await evaluationPlots(result, epochs)) {
      const path = join(svg, `${plot.name}.svg`);
      await writeFileWhole(path, `${plot.svg}\n`);
      files.push(path);
    }
  }
  return files;
}
