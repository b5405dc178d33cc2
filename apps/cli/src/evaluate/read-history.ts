import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ModelError, readFile } from '@ablation-cam/model';
import { readSealedJson } from '@ablation-cam/model/internals';
import { type EvaluationReportOptions } from '@ablation-cam/model/reports';
import { array, nullable, number, object, optional, pipe, transform, union, unknown } from 'valibot';
import { CliError } from '../errors.ts';

type Epochs = NonNullable<EvaluationReportOptions['history']>;

/** The epochs of a training with what it was made with. */
export interface History {
  readonly epochs: Epochs;
  /** As one line of text, or `null` where the file does not say. */
  readonly settings: string | null;
}

/**
 * The history of a training: the file that was named, else the `history.json` beside the model, which `train` writes;
 * `null` where there is none.
 *
 * @throws CliError for a file that holds no history
 */
export async function readHistory(model: string, named: string | undefined): Promise<History | null> {
  const path = named ?? (await historyBeside(model));
  if (path === null) return null;
  try {
    const found = await readSealedJson(historySchema, await readFile(path), path);
    if (Array.isArray(found)) return { epochs: found, settings: null };
    const { epochs, settings } = found;
    return { epochs, settings: settings === undefined ? null : JSON.stringify(settings) };
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new CliError(`${cause.message} Or name another training history with --history.`, { cause });
  }
}

/** What has diverged is no number, which JSON writes as null. */
const measured = optional(
  pipe(
    nullable(number()),
    transform((value) => value ?? NaN),
  ),
  null,
);
const validated = optional(nullable(number()), null);

/** Other programs may leave all but the loss out. */
const epoch = object({
  epoch: number(),
  learningRate: measured,
  loss: pipe(
    nullable(number()),
    transform((value) => value ?? NaN),
  ),
  accuracy: measured,
  validationLoss: validated,
  validationAccuracy: validated,
});

/** Beside the epochs that `train` writes, its settings, which are only shown; a bare list is taken too. */
const historySchema = union(
  [array(epoch), object({ epochs: array(epoch), settings: optional(unknown()) })],
  'expected the history of a training, a list of epochs with their number and loss',
);

async function historyBeside(model: string): Promise<string | null> {
  const facts = await stat(model).catch(() => null);
  if (facts === null) return null;
  const path = join(facts.isDirectory() ? model : dirname(model), 'history.json');
  return (await stat(path).catch(() => null)) === null ? null : path;
}
