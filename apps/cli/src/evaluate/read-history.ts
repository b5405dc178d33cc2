import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EvaluationReportOptions } from '@ablation-cam/model';
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
    return parseHistory(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      `Cannot read the training history in ${path} (${reason}); name another file with --history.`,
      { cause },
    );
  }
}

async function historyBeside(model: string): Promise<string | null> {
  const facts = await stat(model).catch(() => null);
  if (facts === null) return null;
  const path = join(facts.isDirectory() ? model : dirname(model), 'history.json');
  return (await stat(path).catch(() => null)) === null ? null : path;
}

function parseHistory(value: unknown): History {
  const record = isRecord(value) ? value : {};
  const epochs = Array.isArray(value) ? value : record['epochs'];
  if (!Array.isArray(epochs) || !epochs.every(isEpoch)) {
    throw new CliError('it has no list of epochs with their number and loss');
  }
  return { epochs, settings: 'settings' in record ? JSON.stringify(record['settings']) : null };
}

function isEpoch(value: unknown): value is Epochs[number] {
  return isRecord(value) && typeof value['epoch'] === 'number' && typeof value['loss'] === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
