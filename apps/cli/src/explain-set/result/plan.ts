import {
  array,
  check,
  integer,
  isoTimestamp,
  is,
  literal,
  maxValue,
  minValue,
  nullable,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  string,
  type InferOutput,
} from 'valibot';
import { methodNames } from '@ablation-cam/xai';
import { sampleBytes } from './layout.ts';

const count = pipe(number(), integer(), minValue(0));
const size = pipe(number(), integer(), minValue(1));
/** Samples: what numbers of Zarr arrays of all languages hold. */
const samples = pipe(size, maxValue(2 ** 31 - 1));
/** More channels than any layer has. */
const channels = pipe(size, maxValue(2 ** 20));
/** A map's axis, or the targets of a sample: their product is bounded by the bytes of a shard. */
const axis = pipe(size, maxValue(2 ** 24));
const share = pipe(
  number(),
  check((value) => value > 0 && value <= 1),
);

const optionsSchema = object({
  method: array(picklist(methodNames)),
  layer: array(string()),
  output: optional(string()),
  class: string(),
  topK: optional(size),
  ablation: string(),
  score: picklist(['probability', 'logit']),
  weighting: picklist(['relative-drop', 'slope']),
  norm: picklist([1, 2]),
  strategy: picklist(['planned', 'naive']),
  normalize: optional(string()),
  maxPixels: optional(size),
  drop: optional(share),
  weights: picklist(['float32', 'float16']),
});

const methodSchema = object({
  name: picklist(methodNames),
  layers: array(string()),
  /** What each target is, such as "probability of the predicted class". */
  targets: array(string()),
  /** Null where the method has no weights. */
  channels: nullable(channels),
  /** The sizes of a map. */
  map: array(axis),
});

const planSchema = object({
  version: literal(1),
  /** Of model, data and options: results with another one are of something else. */
  key: string(),
  model: object({ source: string(), hash: string() }),
  data: object({ source: string(), hash: string(), count: samples }),
  options: optionsSchema,
  /** When, in ISO 8601. */
  begun: pipe(string(), isoTimestamp()),
  /** What computes, chosen once, so that every worker computes the same. */
  engine: object({
    backend: picklist(['webgpu', 'onnxruntime', 'wasm', 'cpu']),
    executor: picklist(['auto', 'webgpu', 'onnxruntime', 'tfjs', 'reference']),
  }),
  shard: samples,
  batch: size,
  zarrFormat: picklist(['2', '3']),
  classNames: array(string()),
  /** Of the output; null where it is not one vector of classes. */
  classes: nullable(axis),
  /** What is kept of the scores of all classes. */
  scores: picklist(['probabilities', 'logits', 'none']),
  methods: array(methodSchema),
  versions: record(string(), string()),
  /** What was found, once all shards are there. */
  summary: optional(object({ explained: count, failed: count, seconds: nullable(number()) })),
});

/** All there is to know to explain the shards of a set: it is an attribute of the result. */
export type SetPlan = InferOutput<typeof planSchema>;
export type PlannedMethod = InferOutput<typeof methodSchema>;

/** A shard is in memory as a whole; planning makes it some megabytes. */
const MOST_SHARD_BYTES = 2 ** 31 - 1;
/** The names of all are in memory, too. */
const MOST_SHARDS = 2 ** 24;

/** Returns the plan in attributes of a group, or null where there is none that this version reads. */
export function planIn(attributes: unknown): SetPlan | null {
  const found = (attributes as { readonly ablation_cam?: unknown } | null | undefined)?.ablation_cam;
  if (!is(planSchema, found)) return null;
  const bytes = found.shard * sampleBytes(found);
  return bytes <= MOST_SHARD_BYTES && shardsOf(found) <= MOST_SHARDS ? found : null;
}

/** Shards of a plan. */
export function shardsOf({ data, shard }: Pick<SetPlan, 'data' | 'shard'>): number {
  return Math.ceil(data.count / shard);
}

/** Names that a chunk of the list holds at most, some megabytes. */
const LIST_ROWS = 2 ** 16;

/** Samples of a chunk of the list, which is written at once by whoever begins: some whole shards. */
export function listRows({ data, shard }: Pick<SetPlan, 'data' | 'shard'>): number {
  const most = Math.min(LIST_ROWS, Math.ceil(data.count / shard) * shard);
  return shard * Math.max(1, Math.floor(most / shard));
}

/** Returns the first sample of a shard, and how many it has. */
export function shardRange(
  plan: Pick<SetPlan, 'data' | 'shard'>,
  shard: number,
): { first: number; count: number } {
  const first = shard * plan.shard;
  return { first, count: Math.min(plan.shard, plan.data.count - first) };
}
