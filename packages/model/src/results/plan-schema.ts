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
  regex,
  string,
} from 'valibot';
import { sampleBytes } from './layout.ts';
import { unsealPlan } from './plan-seal.ts';
import type { SetPlan } from './set-plan.ts';
import { shardsOf } from './shards.ts';

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

/** Names are folders of the result as well; which there are, programs know that explain. */
const methodName = pipe(string(), regex(/^[a-z0-9][a-z0-9-]*$/));

const optionsSchema = object({
  method: array(methodName),
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
  name: methodName,
  layers: array(string()),
  targets: array(string()),
  channels: nullable(channels),
  map: array(axis),
});

const planSchema = object({
  version: literal(1),
  key: string(),
  model: object({ source: string(), hash: string() }),
  data: object({ source: string(), hash: string(), count: samples }),
  options: optionsSchema,
  begun: pipe(string(), isoTimestamp()),
  engine: object({
    backend: picklist(['webgpu', 'onnxruntime', 'wasm', 'cpu']),
    executor: picklist(['auto', 'webgpu', 'onnxruntime', 'tfjs', 'reference']),
  }),
  shard: samples,
  batch: size,
  zarrFormat: picklist(['2', '3']),
  classNames: array(string()),
  classes: nullable(axis),
  scores: picklist(['probabilities', 'logits', 'none']),
  methods: array(methodSchema),
  versions: record(string(), string()),
  summary: optional(object({ explained: count, failed: count, seconds: nullable(number()) })),
});

/** A shard is in memory as a whole; planning makes it some megabytes. */
const MOST_SHARD_BYTES = 2 ** 31 - 1;
/** The names of all are in memory, too. */
const MOST_SHARDS = 2 ** 24;

/**
 * Returns the plan in the attributes of a Zarr group, or null where there is none that this version reads.
 *
 * @param name of the result, for messages
 * @throws ModelError `invalid-file` where it is not as it was written
 */
export async function planIn(name: string, attributes: unknown): Promise<SetPlan | null> {
  const found = fieldOf(attributes, 'ablation_cam');
  if (!is(planSchema, found)) return null;
  const plan = await unsealPlan(name, found);
  const bytes = plan.shard * sampleBytes(plan);
  return bytes <= MOST_SHARD_BYTES && shardsOf(plan) <= MOST_SHARDS ? plan : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}
