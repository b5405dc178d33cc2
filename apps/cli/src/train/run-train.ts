import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ModelError,
  readFile,
  saveModel,
  sealedJson,
  train,
  trainingStatus,
  writeFileWhole,
  type DataSet,
} from '@ablation-cam/model';
import { readSealedJson } from '@ablation-cam/model/internals';
import { openBackend } from '../backend.ts';
import { CliError } from '../errors.ts';
import { startProgress } from '../progress.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { print, printError } from '../print.ts';
import type { TrainRequest } from './request.ts';
import { trainRequestSchema } from './request-schema.ts';
import { buildNetwork, openTrainingData } from './network-and-data.ts';
import { openTrainingLog } from './training-log.ts';
import { PROGRAM } from '../program-name.ts';

export interface TrainRun {
  readonly request: TrainRequest;
  /** Gets the trained model; its folder `checkpoint` holds what is needed to resume until then. */
  readonly out: string;
  readonly resume: boolean;
  readonly tensorboard: string | undefined;
}

/** The request that a training in `out` was started with. @throws CliError; ModelError where it is broken */
export async function readRequest(out: string): Promise<TrainRequest> {
  const path = requestPath(out);
  try {
    return await readSealedJson(trainRequestSchema, await readFile(path), path);
  } catch (cause) {
    if (cause instanceof ModelError && cause.code !== 'not-found') throw cause;
    throw new CliError(`${out} holds no training to resume; start one with --out ${out}.`, { cause });
  }
}

/** Carries `train` out. */
export async function runTrain(run: TrainRun, signal: AbortSignal): Promise<void> {
  const { request, out, resume } = run;
  const checkpoint = checkpointFolder(out);
  if (!resume && (await trainingStatus(checkpoint)) === 'unfinished') {
    throw new CliError(
      `${out} holds an unfinished training: go on with it by "${PROGRAM} train --resume ${out}", remove ${checkpoint}, or choose another --out.`,
    );
  }
  await loadTensorFlow();
  const backend = await openBackend(request.backend, signal);
  try {
    const data = await openTrainingData(request, signal);
    if (data.skipped.length > 0) {
      const [first] = data.skipped;
      printError(
        `${data.skipped.length} files left out, such as ${first?.source ?? ''}: ${first?.reason ?? ''}`,
      );
    }
    const model = buildNetwork(request, data);
    try {
      print(
        `Training ${request.network} (${model.countParams().toLocaleString('en')} parameters) on ${data.name}, ` +
          `${data.count.toLocaleString('en')} samples of ${data.classNames.length} classes, TensorFlow.js ${backend.choice.backend}${backend.adapter === null ? '' : ` on ${backend.adapter}`}`,
      );
      if (!resume) await writeFileWhole(requestPath(out), await sealedJson(request));
      await trainWithProgress(run, model, data, signal);
      await saveModel(model, out, { classNames: data.classNames });
      await writeFileWhole(join(out, 'history.json'), await readFile(join(checkpoint, 'history.json')));
      await rm(checkpoint, { recursive: true }).catch((cause: unknown) => {
        throw new CliError(
          `The trained model is in ${out}, but ${checkpoint} cannot be removed: ${(cause as Error).message}. Remove it by hand.`,
          { cause },
        );
      });
      const on = request.folder !== null ? '<folder of test images>' : request.data;
      print(
        `Saved in ${out}. On data it has not seen: ${PROGRAM} evaluate --model ${join(out, 'model.json')} --data ${on}`,
      );
    } finally {
      model.dispose();
    }
  } finally {
    backend.dispose();
  }
}

async function trainWithProgress(
  { request, out, resume, tensorboard }: TrainRun,
  model: ReturnType<typeof buildNetwork>,
  data: DataSet,
  signal: AbortSignal,
): Promise<void> {
  const checkpoint = checkpointFolder(out);
  const log = tensorboard === undefined ? null : await openTrainingLog(tensorboard, request);
  let progress: ReturnType<typeof startProgress> | undefined;
  let validated = '';
  try {
    const { history, bestEpoch, ended } = await train(model, data, {
      ...request.settings,
      checkpoint,
      // Killed before its first epoch was over, a training has no state yet and starts again.
      resume: resume && (await trainingStatus(checkpoint)) !== 'none',
      signal,
      onProgress: ({ epoch, epochs, step, steps, loss, accuracy }) => {
        progress ??= startProgress({ label: 'training', total: epochs * steps });
        progress.update(
          (epoch - 1) * steps + step,
          `epoch ${epoch}/${epochs}, loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)}${validated}`,
        );
      },
      onEpoch: async (record) => {
        const { validationLoss, validationAccuracy } = record;
        if (validationLoss !== null && validationAccuracy !== null) {
          validated = `; validation ${validationLoss.toFixed(4)}, ${validationAccuracy.toFixed(4)}`;
        }
        await log?.write(record);
      },
    });
    progress?.stop();
    const reached = history[bestEpoch - 1]?.validationAccuracy ?? null;
    const chosen = reached === null ? '' : `, validation accuracy ${reached.toFixed(4)}`;
    const why =
      ended === 'early-stopping'
        ? `stopped early after ${history.length} epochs`
        : `${history.length} epochs`;
    print(`${why}; weights of epoch ${bestEpoch}${chosen}`);
  } catch (error) {
    progress?.stop();
    // Other errors may have kept the state from being saved.
    if (signal.aborted && error === signal.reason) {
      printError(`Saved. Go on with: ${PROGRAM} train --resume ${out}`);
    }
    throw error;
  }
}

function checkpointFolder(out: string): string {
  return join(out, 'checkpoint');
}

function requestPath(out: string): string {
  return join(checkpointFolder(out), 'request.json');
}
