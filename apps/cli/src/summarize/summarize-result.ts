import { computedArrays } from '@ablation-cam/model/internals';
import {
  ERROR,
  LABEL,
  PREDICTED,
  rowLength,
  scoresPath,
  shardRange,
  shardsOf,
  SOURCE,
  STATE,
  STATES,
  type Rows,
  type SetPlan,
} from '@ablation-cam/model/results';
import type { SetResultGroup } from '../explain-set/result/result.ts';
import { examplesOf, FindingsOfMethod } from './method-findings.ts';
import { normalizedMap, shareInside } from './map-measures.ts';
import type { RegionMask } from './region-masks.ts';
import type { Example, SetSummary } from './summary.ts';
import { TopList } from './top-list.ts';

const EXAMPLES = 12;
const FAILURES = 20;

/**
 * Summarizes a result, shard by shard: what is in memory does not grow with the number of samples, but for a key of each map.
 *
 * @param maskOf the region that is asked about, of a sample; null where there is none
 * @param missing shards that are not there yet: their samples count as none
 */
export async function summarizeResult(
  result: SetResultGroup,
  maskOf: (source: string) => Promise<RegionMask | null>,
  signal: AbortSignal,
): Promise<SetSummary> {
  const { plan } = result;
  const missing = new Set(await result.missing());
  const methods = plan.methods.map((method) => new FindingsOfMethod(method, plan.classNames));
  const wrong = new TopList<Omit<Example, 'value'>>(EXAMPLES);
  const undecided = new TopList<Omit<Example, 'value'>>(EXAMPLES);
  const failures: { source: string; reason: string }[] = [];
  const classes = plan.classNames.map((name) => ({ name, labelled: 0, predicted: 0, right: 0 }));
  const counts = { samples: 0, explained: 0, failed: 0, labelled: 0, right: 0 };
  for (let shard = 0; shard < shardsOf(plan); shard++) {
    signal.throwIfAborted();
    if (missing.has(shard)) continue;
    const rows = await readShard(result, shard);
    const { count, first } = shardRange(plan, shard);
    for (let i = 0; i < count; i++) {
      counts.samples++;
      const source = rows.text(SOURCE.path, i);
      if (rows.numbers(STATES.path, i)[0] !== STATE.explained) {
        counts.failed++;
        if (failures.length < FAILURES) failures.push({ source, reason: rows.text(ERROR.path, i) });
        continue;
      }
      counts.explained++;
      const label = rows.numbers(LABEL.path, i)[0] ?? -1;
      const predicted = rows.numbers(PREDICTED.path, i)[0] ?? -1;
      const example = { index: first + i, source, label, predicted };
      const isRight = label === predicted;
      const confidence = confidenceOf(plan, rows, i);
      if (classes[predicted]) classes[predicted].predicted++;
      if (label >= 0) {
        counts.labelled++;
        if (isRight) counts.right++;
        else wrong.add(confidence, example);
        if (classes[label]) {
          classes[label].labelled++;
          if (isRight) classes[label].right++;
        }
      }
      undecided.add(-confidence, example);
      const mask = await maskOf(source);
      plan.methods.forEach(({ name, map, channels }, m) => {
        // Of several targets the first one.
        const own = (array: string, length: number): Float32Array =>
          rows.numbers(`${name}/${array}`, i).subarray(0, length) as Float32Array;
        const signed = own('map', rowLength(map));
        methods[m]?.add({
          example,
          signed,
          weights: channels === null ? null : own('weights', channels),
          drop: plan.options.drop === undefined ? null : (own('drop', 1)[0] ?? null),
          increase: plan.options.drop === undefined ? null : (own('increase', 1)[0] ?? null),
          inRegion: mask && shareInside(normalizedMap(signed), map, mask.data, mask.size),
        });
      });
    }
  }
  return {
    ...counts,
    failures,
    classes,
    confidentlyWrong: examplesOf(wrong),
    undecided: examplesOf(undecided).map((example) => ({ ...example, value: -example.value })),
    methods: methods.map((method) => method.findings()),
  };
}

/** The arrays of a shard. */
interface ShardReader {
  numbers(path: string, row: number): Float32Array | Int32Array | Uint8Array;
  text(path: string, row: number): string;
}

async function readShard(result: SetResultGroup, shard: number): Promise<ShardReader> {
  const { first, count } = shardRange(result.plan, shard);
  const listed = await result.list(shard);
  const arrays = new Map<string, { rows: Rows; length: number }>([
    [SOURCE.path, { rows: listed.map(({ source }) => source), length: 1 }],
    [LABEL.path, { rows: Int32Array.from(listed, ({ label }) => label), length: 1 }],
  ]);
  for (const { path, shape } of computedArrays(result.plan)) {
    arrays.set(path, { rows: await result.read(path, first, count), length: rowLength(shape) });
  }
  return {
    numbers: (path, row) => {
      const { rows = [], length = 0 } = arrays.get(path) ?? {};
      if (Array.isArray(rows)) throw new RangeError(`There is no array ${path} of numbers.`);
      return rows.subarray(row * length, (row + 1) * length);
    },
    text: (path, row) => {
      const { rows } = arrays.get(path) ?? {};
      if (!Array.isArray(rows)) throw new RangeError(`There is no array ${path} of texts.`);
      return rows[row] ?? '';
    },
  };
}

/** The largest score; NaN where none is kept. */
function confidenceOf(plan: SetPlan, rows: ShardReader, row: number): number {
  const path = scoresPath(plan);
  if (path === null) return NaN;
  let most = -Infinity;
  for (const value of rows.numbers(path, row)) most = Math.max(most, value);
  return most;
}
