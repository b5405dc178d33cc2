import { bootstrapMean, comparePaired, type MeanInterval, type PairedComparison } from '@ablation-cam/xai';
import { median } from '../median.ts';
import { MEASURES, type Measure, type MeasureKey, type SampleRecord } from './measures.ts';

export interface MethodSummary {
  readonly method: string;
  readonly measures: Readonly<Partial<Record<MeasureKey, MeanInterval>>>;
  /** Against the first method, on the same samples; null for the first method itself. */
  readonly paired: Readonly<Partial<Record<MeasureKey, PairedComparison>>> | null;
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
    const measures: Partial<Record<MeasureKey, MeanInterval>> = {};
    const paired: Partial<Record<MeasureKey, PairedComparison>> = {};
    for (const { key, better } of measuresOf(records)) {
      const values = valuesOf(samples, key);
      measures[key] = bootstrapMean(values);
      paired[key] = comparePaired(values, valuesOf(reference, key), better);
    }
    return {
      method,
      measures,
      paired: method === first ? null : paired,
      secondsPerImage: median(samples.map(({ seconds }) => seconds)),
      emptyMaps: samples.filter(({ empty }) => empty).length,
    };
  });
}

/** The measures that all records have. */
export function measuresOf(records: readonly SampleRecord[]): Measure[] {
  return MEASURES.filter(({ key }) => records.every(({ values }) => values[key] !== undefined));
}

function valuesOf(records: readonly SampleRecord[], key: MeasureKey): number[] {
  return records.map(({ values }) => values[key] ?? NaN);
}
