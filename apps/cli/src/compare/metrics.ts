/** What each map is judged by. */
export const METRICS = [
  { key: 'drop', name: 'average drop', better: 'smaller' },
  { key: 'increase', name: 'average increase', better: 'larger' },
  { key: 'softDrop', name: 'average drop, soft', better: 'smaller' },
  { key: 'softIncrease', name: 'average increase, soft', better: 'larger' },
  { key: 'insertion', name: 'insertion AUC', better: 'larger' },
  { key: 'deletion', name: 'deletion AUC', better: 'smaller' },
  { key: 'hit', name: 'pointing game', better: 'larger' },
  { key: 'iou', name: 'IoU at 0.5', better: 'larger' },
  { key: 'softIou', name: 'IoU, no threshold', better: 'larger' },
  { key: 'energy', name: 'energy inside', better: 'larger' },
] as const satisfies readonly { key: string; name: string; better: 'larger' | 'smaller' }[];

export type MetricKey = (typeof METRICS)[number]['key'];
export type Metric = (typeof METRICS)[number];

/** One method's map of one sample. */
export interface SampleRecord {
  /** Which sample of the data. */
  readonly sample: number;
  readonly source: string | null;
  readonly label: number;
  readonly method: string;
  /** The class that was explained: the predicted one. */
  readonly classIndex: number;
  readonly score: number;
  /** From call to result, this sample's share. */
  readonly seconds: number;
  /** No position stands out, or none speaks for the class. */
  readonly empty: boolean;
  /** What has no ground truth is not there. */
  readonly values: Readonly<Partial<Record<MetricKey, number>>>;
}
