import type { NetworkSource } from '@ablation-cam/model';
import type { InputArray, MethodName } from '@ablation-cam/xai';
import { dropAndIncrease, insertionDeletion, localization } from '@ablation-cam/xai/metrics';
import type { MethodExplainers } from './method-explainers.ts';
import type { SampleRecord } from './metrics.ts';
import { median } from '../median.ts';
import type { CompareRequest } from './request.ts';
import type { CompareData } from './samples.ts';

/** A short call is timed several times: what else the machine does would decide about one. */
const TIMING_SECONDS = 0.2;
const MOST_TIMES = 7;

export interface MeasureSettings extends Pick<CompareRequest, 'steps' | 'backend'> {
  readonly fraction: number;
  readonly signal: AbortSignal;
}

/** Explains the predicted class of samples with one method and judges the maps. */
export async function measureSamples(
  model: NetworkSource,
  explainers: MethodExplainers,
  { dataSet, mask }: CompareData,
  samples: readonly number[],
  method: MethodName,
  settings: MeasureSettings,
): Promise<SampleRecord[]> {
  const input = await inputOf(dataSet, samples);
  const { backend, signal } = settings;
  const { explanations, seconds: once } = await explainers.explain(method, input, samples[0]);
  const times = [once];
  while (times.length < MOST_TIMES && times.reduce((sum, time) => sum + time, 0) < TIMING_SECONDS) {
    times.push((await explainers.explain(method, input, samples[0])).seconds);
  }
  const seconds = median(times);
  const judged = { backend, signal };
  const top = await dropAndIncrease(model, input, explanations, {
    ...judged,
    protocol: { kind: 'top-fraction', fraction: settings.fraction },
  });
  const soft = await dropAndIncrease(model, input, explanations, {
    ...judged,
    protocol: { kind: 'soft-multiply' },
  });
  const curves = await insertionDeletion(model, input, explanations, { ...judged, steps: settings.steps });
  return samples.map((sample, i) => {
    const { map, classIndex, classScore } = explanations[i]!;
    const truth = mask ? { shape: dataSet.inputShape.slice(0, -1), data: mask(sample) } : null;
    return {
      sample,
      source: dataSet.source(sample),
      label: dataSet.labels[sample]!,
      method,
      classIndex: classIndex ?? -1,
      score: classScore,
      seconds: seconds / samples.length,
      empty: map.data.every((value: number) => value === 0),
      values: {
        drop: top[i]!.drop,
        increase: top[i]!.increase,
        softDrop: soft[i]!.drop,
        softIncrease: soft[i]!.increase,
        insertion: curves[i]!.insertion.auc,
        deletion: curves[i]!.deletion.auc,
        ...(truth && localization(map, truth)),
      },
    };
  });
}

/** The samples as one batch. */
export async function inputOf(
  dataSet: CompareData['dataSet'],
  samples: readonly number[],
): Promise<InputArray> {
  return { data: await dataSet.batch(samples), shape: [samples.length, ...dataSet.inputShape] };
}
