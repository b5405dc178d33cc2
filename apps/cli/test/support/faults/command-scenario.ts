import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { releaseSessions } from '@ablation-cam/model';
import { othersAlive, scenario, timers, type AnyScenario, type Census } from '@ablation-cam/tools/faults';
import * as assert from 'uvu/assert';
import { assertWholeFiles } from './whole-files.ts';

/** A command whose files lie in a folder that is not there before. */
export interface CommandCase {
  readonly name: string;
  readonly folder: string;
  /** Files whose content, but for times, is what the command gives. */
  readonly files: readonly string[] | (() => readonly string[]);
  readonly command: (signal: AbortSignal) => Promise<void>;
  /** How the user goes on after a fault. Default: by the same command. */
  readonly next?: (signal: AbortSignal) => Promise<void>;
  /** What is there before all runs. */
  readonly before?: () => Promise<void>;
}

/** Runs a command, failed once at each place. */
export function commandScenario({
  name,
  folder,
  files,
  command,
  next = command,
  before = () => Promise.resolve(),
}: CommandCase): AnyScenario {
  let expected: readonly string[] | null = null;
  const names = (): readonly string[] => (typeof files === 'function' ? files() : files);
  const runBy =
    (carryOut: CommandCase['command']) =>
    async ({ signal }: { readonly signal: AbortSignal }): Promise<readonly string[]> => {
      await carryOut(signal);
      // Synchronously, which is no point of the run.
      return names().map((file) => withoutTimes(readFileSync(join(folder, file), 'latin1')));
    };
  return scenario<readonly string[]>(`command ${name}`, async () => {
    await before();
    return {
      oncePerSite: true,
      prepare: () => rm(folder, { recursive: true, force: true }),
      run: runBy(command),
      next: runBy(next),
      check: (found) => {
        expected ??= found;
        const other = names().filter((_, i) => found[i] !== expected?.[i]);
        assert.equal(other, [], 'files are others');
        assert.is(found.length, expected.length, 'other files are there');
      },
      left: (isDead) => assertWholeFiles(folder, isDead),
      census: (): Census => {
        releaseSessions();
        return { tensors: tf.memory().numTensors, timers: timers(), 'processes and threads': othersAlive() };
      },
    };
  });
}

/** What lies in a result besides what depends on the machine. */
function withoutTimes(text: string): string {
  if (!text.startsWith('{')) return text;
  return JSON.stringify(JSON.parse(text, (key, value: unknown) => (isTime(key) ? undefined : value)));
}

function isTime(key: string): boolean {
  return /seconds|Ms$|elapsed|^timings$/i.test(key);
}
