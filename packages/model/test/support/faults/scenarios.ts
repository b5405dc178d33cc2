import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { findOnnxRuntime } from '@ablation-cam/kernels';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import {
  callPoint,
  filesArePoints,
  kernelsArePoints,
  scenario,
  scratchFolder,
  SessionCensus,
  timers,
  type AnyScenario,
  type Census,
  type Scenario,
} from '@ablation-cam/tools/faults';
import {
  arrayDataSet,
  evaluate,
  loadLayersModel,
  ModelError,
  releaseSessions,
  train,
  trainingStatus,
  useBackend,
  type DataSet,
  type EvaluationResult,
  type TrainOptions,
} from '../../../src/index.ts';

const SAMPLES = 12;
const SETTINGS: TrainOptions = {
  optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  learningRate: { kind: 'constant', rate: 0.01 },
  epochs: 2,
  batchSize: 5,
  seed: 4,
  validationFraction: 0.25,
  patience: null,
};

/** Training with checkpoints, and evaluation on each engine. */
export async function modelScenarios(): Promise<AnyScenario[]> {
  await useBackend('cpu');
  await filesArePoints();
  kernelsArePoints(tf.engine(), () => tf.getBackend() === 'wasm');
  const { runtime } = await findOnnxRuntime();
  const sessions = runtime && new SessionCensus(runtime.InferenceSession);
  const census = (): Census => {
    releaseSessions();
    return {
      tensors: tf.memory().numTensors,
      sessions: sessions?.sessions ?? 0,
      timers: timers(),
    };
  };
  const engines = runtime ? (['tfjs', 'onnxruntime'] as const) : (['tfjs'] as const);
  return [
    scenario('train with checkpoints', () => trainScenario(census)),
    ...engines.map((engine) => scenario(`evaluate on ${engine}`, () => evaluateScenario(engine, census))),
  ];
}

async function trainScenario(census: () => Census): Promise<Omit<Scenario<number[]>, 'name'>> {
  const data = samples();
  const parent = scratchFolder('train');
  let folder = '';
  let model = network();
  await train(model, data, SETTINGS);
  const expected = weightsOf(model);
  return {
    prepare: async () => {
      await rm(parent, { recursive: true, force: true });
      folder = join(parent, 'new');
      model.dispose();
      model = network();
    },
    run: async ({ signal, callback }) => {
      await train(model, data, {
        ...SETTINGS,
        checkpoint: folder,
        signal,
        onProgress: callback('onProgress', () => undefined),
        onEpoch: callback('onEpoch', () => Promise.resolve()),
      });
      return weightsOf(model);
    },
    check: (weights) => {
      assertClose(weights, expected, {});
    },
    left: (isDead) => wholeFiles(folder, isDead),
    next: async () => {
      const resume = (await trainingStatus(folder)) === 'unfinished';
      model.dispose();
      model = network();
      await train(model, data, { ...SETTINGS, checkpoint: folder, resume });
      return weightsOf(model);
    },
    census,
  };
}

/** @throws where a checkpoint folder holds what cannot be read, or what a process that lives has left on its way */
async function wholeFiles(folder: string, isDead: boolean): Promise<void> {
  await trainingStatus(folder);
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes('model.json')) (await loadLayersModel(folder)).dispose();
  const drafts = names.filter((name) => name.endsWith('.tmp'));
  if (drafts.length > 0 && !isDead) throw new Error(`${drafts.join(', ')} was left`);
}

async function evaluateScenario(
  engine: 'tfjs' | 'onnxruntime',
  census: () => Census,
): Promise<Omit<Scenario<EvaluationResult>, 'name'>> {
  const data = samples();
  const model = network();
  const run = (options: Parameters<typeof evaluate>[2]): Promise<EvaluationResult> =>
    evaluate(model, data, { batchSize: 5, engine, ...options });
  const figures = ({ accuracy, confusion, failures }: EvaluationResult): number[] => [
    accuracy,
    ...confusion.flat(),
    ...failures.map(({ confidence }) => confidence),
  ];
  const expected = figures(await run({}));
  return {
    run: ({ signal, callback }) => run({ signal, onProgress: callback('onProgress', () => undefined) }),
    check: (result) => {
      assertClose(figures(result), expected, {});
    },
    census,
  };
}

/** A data set of the caller's, whose samples may turn out to be unreadable. */
function samples(): DataSet {
  const random = seededRandom(9);
  const data = arrayDataSet({
    name: 'noise',
    classNames: ['a', 'b', 'c'],
    inputShape: [6, 2],
    values: random.floats(SAMPLES * 12),
    labels: Array.from({ length: SAMPLES }, (_, i) => i % 3),
  });
  const unreadable = {
    name: 'unreadable sample',
    instead: () => Promise.reject(new ModelError('not-found', 'Cannot read the sample.')),
  };
  return {
    ...data,
    batch: (indices, epoch) => callPoint('DataSet.batch', [unreadable], () => data.batch(indices, epoch)),
  };
}

function network(): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 5 });
  return tf.sequential({
    layers: [
      tf.layers.conv1d({
        filters: 3,
        kernelSize: 3,
        inputShape: [6, 2],
        activation: 'relu',
        kernelInitializer,
      }),
      tf.layers.globalAveragePooling1d({}),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer }),
    ],
  });
}

function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => [...weight.dataSync()]);
}
