import { LABEL, PREDICTED } from '@ablation-cam/model/results';
import type { SetResultGroup } from './result.ts';

/** Rows that are read together. */
const ROWS = 2 ** 20;

/** Samples whose class is known, and how many of them were predicted right. */
export async function countRight(result: SetResultGroup): Promise<{ labelled: number; right: number }> {
  const { count } = result.plan.data;
  let [labelled, right] = [0, 0];
  for (let at = 0; at < count; at += ROWS) {
    const rows = Math.min(ROWS, count - at);
    const labels = await result.read<Int32Array>(LABEL.path, at, rows);
    const predicted = await result.read<Int32Array>(PREDICTED.path, at, rows);
    labels.forEach((label, i) => {
      if (label < 0 || predicted[i]! < 0) return;
      labelled++;
      if (label === predicted[i]) right++;
    });
  }
  return { labelled, right };
}
