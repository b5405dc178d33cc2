import {
  bootstrapMean,
  comparePaired,
  type MeanInterval,
  type PairedComparison,
} from '@ablation-cam/xai/metrics';
import { median } from '../median.ts';
import { METRICS, type Metric, type MetricKey, type SampleRecord } from './metrics.ts';

export interface MethodSummary {
  readonly method: string;
  readonly metrics: Readonly<Partial<Record<MetricKey, MeanInterval>>>;
  /** Against the first method, on the same samples; null for the first method itself. */
  readonly paired: Readonly<Partial<Record<MetricKey, PairedComparison>>> | null;
  /** The median: other programs on the machine slow single calls down. */
  readonly secondsPerImage: number;
  /** Maps in which nothing speaks for the class. */
  readonly emptyMaps: number;
}

/** Returns the means of each method with their intervals, and each method held against the first. */
export function summarize(records: readonly SampleRecord[], methods: readonly string[]): MethodSummary[] {
  const [first] = methods;
  const own = (method: string): SampleRecord[] =>
    records.filter((record) => record.method === method).sort((a, b) => a.sample - b.sample);
  const reference = own(first ?? '');
  return methods.map((method) => {
    const samples = own(method);
    const metrics: Partial<Record<MetricKey, MeanInterval>> = {};
    const paired: Partial<Record<MetricKey, PairedComparison>> = {};
    for (const { key, better } of metricsOf(records)) {
      const values = valuesOf(samples, key);
      metrics[key] = bootstrapMean(values);
      paired[key] = comparePaired(values, valuesOf(reference, key), better);
    }
    return {
      method,
      metrics,
      paired: method === first ? null : paired,
      secondsPerImage: median(samples.map(({ seconds }) => seconds)),
      emptyMaps: samples.filter(({ empty }) => empty).length,
    };
  });
}

/** The metrics that all records have. */
export function metricsOf(records: readonly SampleRecord[]): Metric[] {
  return METRICS.filter(({ key }) => records.every(({ values }) => values[key] !== undefined));
}

function valuesOf(records: readonly SampleRecord[], key: MetricKey): number[] {
  return records.map(({ values }) => values[key] ?? NaN);
}
