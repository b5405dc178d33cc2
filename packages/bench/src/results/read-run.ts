import { BenchError } from '../errors.ts';
import type { BenchResult, BenchRun } from './result.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isCount: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const isAmount: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isQuartiles: Check = (value) =>
  Array.isArray(value) && value.length === 2 && value.every(isAmount) && Number(value[0]) <= Number(value[1]);

/** Every field of a result with what it must be. */
const RESULT_FIELDS: Readonly<Record<keyof BenchResult, Check>> = {
  case: isText,
  strategy: isText,
  executor: isText,
  batch: isCount,
  medianMs: isAmount,
  quartilesMs: isQuartiles,
  gpuMs: orNull(isAmount),
  rounds: isCount,
  maxRelativeError: isAmount,
  dispatches: orNull(isCount),
  bytes: orNull(isAmount),
  operations: orNull(isAmount),
  extrapolatedFrom: orNull(isCount),
};

/**
 * Reads what `--json` wrote.
 *
 * @param name of the file, for messages
 * @throws BenchError `invalid-file` naming the first field that is missing, unknown or wrong
 */
export function readRun(text: string, name: string): BenchRun {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BenchError('invalid-file', `${name} is not JSON; write it with --json.`, { cause });
  }
  if (!isObject(value) || !isObject(value['environment']) || !Array.isArray(value['results'])) {
    throw new BenchError('invalid-file', `${name} lacks "environment" or "results"; write it with --json.`);
  }
  value['results'].forEach((result: unknown, index) => {
    checkResult(result, `${name}: results[${index}]`);
  });
  for (const list of ['cases', 'untimed', 'preparation', 'skipped']) {
    if (!Array.isArray(value[list])) {
      throw new BenchError('invalid-file', `${name} lacks the list "${list}"; write it with --json.`);
    }
  }
  (value['cases'] as unknown[]).forEach((facts, index) => {
    if (
      isObject(facts) &&
      isText(facts['name']) &&
      isObject(facts['auto']) &&
      isText(facts['auto']['executor'])
    )
      return;
    throw new BenchError(
      'invalid-file',
      `${name}: cases[${index}] lacks "name" or "auto"; write it with --json of this version.`,
    );
  });
  return value as unknown as BenchRun;
}

function checkResult(result: unknown, where: string): void {
  if (!isObject(result)) throw new BenchError('invalid-file', `${where} is no object.`);
  for (const [field, check] of Object.entries(RESULT_FIELDS)) {
    if (!check(result[field])) {
      throw new BenchError(
        'invalid-file',
        `${where}: "${field}" is ${field in result ? JSON.stringify(result[field]) : 'missing'}.`,
      );
    }
  }
  const unknown = Object.keys(result).find((field) => !(field in RESULT_FIELDS));
  if (unknown !== undefined)
    throw new BenchError('invalid-file', `${where} has an unknown field "${unknown}".`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
