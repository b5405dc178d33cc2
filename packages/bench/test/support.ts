import type { BenchResult, BenchRun, DataSetResult, EndToEndResult } from '../src/results/result.ts';

/** A result as a file has it. */
export function result(changes: Partial<BenchResult> = {}): BenchResult {
  return {
    case: 'mnist1d',
    strategy: 'incremental',
    executor: 'webgpu',
    batch: 1,
    medianMs: 2,
    quartilesMs: [1.5, 2.5],
    gpuMs: null,
    rounds: 9,
    maxRelativeError: 1e-7,
    dispatches: 2,
    ranOn: null,
    bytes: 1000,
    operations: 1000,
    estimatedMs: null,
    extrapolatedFrom: null,
    ...changes,
  };
}

/** A whole network as a file has it. */
export function endToEndResult(changes: Partial<EndToEndResult> = {}): EndToEndResult {
  const spread = (medianMs: number): EndToEndResult['forward'] => ({
    medianMs,
    quartilesMs: [medianMs - 1, medianMs + 1],
  });
  return {
    case: 'mobilenet-v2',
    title: 'MobileNetV2',
    engine: 'wasm',
    executor: 'tfjs',
    layer: 'relu',
    channels: 1280,
    classes: 5,
    rounds: 9,
    maxRelativeError: { weights: 1e-6, map: 2e-6, gradCam: 3e-6 },
    forward: spread(100),
    ablationCam: spread(105),
    gradCam: spread(110),
    ratios: { byGradCam: 0.95, byForward: 1.05, gain: 0.96 },
    parts: { forwardMs: 100, weightsMs: 3, mapMs: 1, overheadMs: 1 },
    promised: { byGradCam: 1.1, byForward: 1.8, gain: null },
    ...changes,
  };
}

/** A set of pictures as a file has it. */
export function dataSetResult(changes: Partial<DataSetResult> = {}): DataSetResult {
  return {
    ...{ case: 'tissue-vgg7', title: '480 photographs', samples: 480, batch: 16, rounds: 3, promised: 0.9 },
    alone: { medianMs: 15, quartilesMs: [14, 16] },
    explainSet: { medianMs: 16, quartilesMs: [15, 17] },
    ratio: 0.94,
    ...changes,
  };
}

const auto = { executor: 'webgpu', reason: 'for a reason' } as const;

export function benchRun(results: readonly BenchResult[]): BenchRun {
  return {
    version: 3,
    environment: {
      date: '2026-01-01T00:00:00.000Z',
      commit: null,
      set: 'quick',
      runtime: 'Node',
      versions: {},
      platform: 'linux x64',
      processor: 'a <processor>',
      cores: 2,
      load: 0.5,
      adapter: null,
      ceilings: null,
    },
    cases: [
      {
        name: 'mnist1d',
        title: 'MNIST-1D',
        channels: 25,
        classes: 10,
        predictions: [0.5, 0.5],
        sweep: null,
        auto,
      },
      ...[8, 64].map((value) => ({
        name: `channels-${value}`,
        title: `${value} channels`,
        channels: value,
        classes: 10,
        predictions: [0.5, 0.5] as const,
        sweep: { along: 'channels', value },
        auto,
      })),
    ],
    results,
    untimed: [],
    preparation: [],
    endToEnd: [],
    dataSets: [],
    skipped: [],
  };
}
