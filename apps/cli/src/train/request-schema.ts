import { trainingSettingsSchema } from '@ablation-cam/model/internals';
import {
  boolean,
  minValue,
  nullable,
  number,
  object,
  picklist,
  pipe,
  safeInteger,
  string,
  type GenericSchema,
} from 'valibot';
import { DATA_NAMES, NETWORK_NAMES, type TrainRequest } from './request.ts';

const positive = pipe(number(), safeInteger(), minValue(1));

/** The `request.json` beside a checkpoint. */
export const trainRequestSchema = object({
  data: picklist(DATA_NAMES),
  folder: nullable(string()),
  network: picklist(NETWORK_NAMES),
  size: positive,
  samples: positive,
  limit: nullable(positive),
  augment: boolean(),
  normalize: nullable(string()),
  rescale: boolean(),
  l2: number(),
  settings: trainingSettingsSchema,
  backend: picklist(['auto', 'webgpu', 'wasm', 'cpu']),
}) satisfies GenericSchema<unknown, TrainRequest>;
