import { ModelError } from '@ablation-cam/model';
import { readSealedJson } from '@ablation-cam/model/internals';
import {
  array,
  boolean,
  check,
  finite,
  literal,
  minValue,
  nonEmpty,
  nullable,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  safeInteger,
  strictObject,
  string,
  tuple,
  type GenericSchema,
} from 'valibot';
import { BenchError } from '../errors.ts';
import { RESULTS_VERSION, type BenchRun } from './result.ts';

const text = pipe(string(), nonEmpty());
const count = pipe(number(), safeInteger(), minValue(0));
const amount = pipe(number(), finite(), minValue(0));
const measured = pipe(number(), finite());
const executor = picklist(['webgpu', 'onnxruntime', 'tfjs', 'reference', 'tfjs-webgpu', 'tfjs-wasm', 'auto']);

const quartiles = pipe(
  tuple([amount, amount]),
  check(([lower, upper]) => lower <= upper, 'expected the lower quartile before the upper one'),
);

/** A field more or less is another version's: its numbers may mean something else. */
const result = strictObject({
  case: text,
  strategy: text,
  executor,
  batch: count,
  medianMs: amount,
  quartilesMs: quartiles,
  gpuMs: nullable(amount),
  rounds: count,
  maxRelativeError: amount,
  dispatches: nullable(count),
  ranOn: nullable(text),
  bytes: nullable(amount),
  operations: nullable(amount),
  // Files that were measured before there were estimates have none.
  estimatedMs: optional(nullable(amount), null),
  extrapolatedFrom: nullable(count),
});

const environment = object({
  date: string(),
  commit: nullable(string()),
  set: string(),
  runtime: string(),
  versions: record(string(), string()),
  platform: string(),
  processor: string(),
  cores: count,
  load: nullable(amount),
  adapter: nullable(
    object({
      vendor: string(),
      architecture: string(),
      description: string(),
      software: boolean(),
      timestamps: boolean(),
    }),
  ),
  ceilings: nullable(object({ copyGBps: amount, multiplyAddGFLOPs: amount })),
});

const facts = object({
  name: text,
  title: string(),
  channels: count,
  classes: count,
  predictions: tuple([measured, measured]),
  sweep: nullable(object({ along: string(), value: measured })),
  auto: object({ executor, reason: string() }),
});

const spread = strictObject({ medianMs: amount, quartilesMs: quartiles });

const endToEnd = strictObject({
  case: text,
  title: string(),
  engine: picklist(['wasm', 'onnxruntime', 'webgpu']),
  executor,
  layer: text,
  channels: count,
  classes: count,
  rounds: count,
  maxRelativeError: strictObject({ weights: amount, map: amount, gradCam: amount }),
  forward: spread,
  ablationCam: spread,
  gradCam: spread,
  ratios: strictObject({ byGradCam: amount, byForward: amount, gain: nullable(amount) }),
  // Clocks of a part and of the whole may differ by their resolution.
  parts: strictObject({ forwardMs: amount, weightsMs: amount, mapMs: amount, overheadMs: measured }),
  promised: strictObject({
    byGradCam: nullable(amount),
    byForward: nullable(amount),
    gain: nullable(amount),
  }),
});

const dataSet = strictObject({
  case: text,
  title: string(),
  samples: count,
  batch: count,
  rounds: count,
  alone: spread,
  explainSet: spread,
  ratio: amount,
  promised: amount,
});

const runSchema = object({
  version: literal(RESULTS_VERSION),
  environment,
  cases: array(facts),
  results: array(result),
  untimed: array(
    object({
      case: string(),
      strategy: string(),
      executor,
      reason: string(),
      maxRelativeError: nullable(measured),
    }),
  ),
  preparation: array(
    object({ case: string(), strategy: string(), executor, prepareMs: amount, firstRunMs: amount }),
  ),
  endToEnd: array(endToEnd),
  // Files that were measured before there were data sets have none.
  dataSets: optional(array(dataSet), []),
  skipped: array(object({ case: string(), reason: string(), isFailure: boolean() })),
}) satisfies GenericSchema<unknown, BenchRun>;

/**
 * Reads what `--json` wrote.
 *
 * @param name of the file, for messages
 * @throws BenchError `invalid-file` naming the first field that is missing, unknown or wrong
 */
export async function readRun(source: Uint8Array | string, name: string): Promise<BenchRun> {
  try {
    return await readSealedJson(runSchema, source, name);
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new BenchError(
      'invalid-file',
      `${cause.message} Results are written with --json of this version.`,
      {
        cause,
      },
    );
  }
}
