import * as tf from '@tensorflow/tfjs';
import { releaseSessions } from '@ablation-cam/model';
import {
  openFiles,
  othersAlive,
  scenario,
  threadsAlive,
  timers,
  type AnyScenario,
  type Census,
  type Scenario,
} from '@ablation-cam/tools/faults';
import * as assert from 'uvu/assert';
import type { Place } from './places.ts';

/** A command that writes files. */
export interface CommandCase {
  readonly name: string;
  readonly place: Place;
  /** Files whose content, but for times, is what the command gives. */
  readonly files: readonly string[] | (() => readonly string[]);
  readonly command: (signal: AbortSignal) => Promise<void>;
  /** How the user goes on after a fault. Default: by the same command. */
  readonly next?: (signal: AbortSignal) => Promise<void>;
  /** What is there before all runs. */
  readonly before?: () => Promise<void> | void;
  /** Whether what is open is closed by its threads as they end, which those that share this one do not. Default: false. */
  readonly leavesFilesToThreads?: boolean;
  /** What else must be as many as before. */
  readonly alive?: () => Census;
  /** Makes what it runs on; returns the reason why that is not at hand, or null. */
  readonly skipped?: () => Promise<string | null>;
  /** Which faults it is about. Default: all. */
  readonly faults?: Pick<Scenario<unknown>, 'oncePerSite' | 'onlyNew'>;
}

/** Runs a command. */
export function commandScenario({
  name,
  place,
  files,
  command,
  next = command,
  before = () => undefined,
  leavesFilesToThreads = false,
  alive = () => ({}),
  skipped,
  faults = {},
}: CommandCase): AnyScenario {
  let expected: readonly string[] | null = null;
  const names = (): readonly string[] => (typeof files === 'function' ? files() : files);
  const runBy =
    (carryOut: CommandCase['command']) =>
    async ({ signal }: { readonly signal: AbortSignal }): Promise<readonly string[]> => {
      await carryOut(signal);
      return names().map((file) => withoutTimes(place.read(file).toString('latin1')));
    };
  const made = scenario<readonly string[]>(`command ${name}`, async () => {
    await before();
    return {
      ...faults,
      prepare: () => place.clear(),
      run: runBy(command),
      next: runBy(next),
      check: (found) => {
        expected ??= found;
        const other = names().filter((_, i) => found[i] !== expected?.[i]);
        assert.equal(other, [], 'files are others');
        assert.is(found.length, expected.length, 'other files are there');
      },
      left: (isDead) => place.assertWhole(isDead),
      census: (): Census => {
        releaseSessions();
        return {
          tensors: tf.memory().numTensors,
          timers: timers(),
          ...(!leavesFilesToThreads && { 'open files': openFiles() }),
          'processes and threads': othersAlive() + threadsAlive(),
          ...alive(),
        };
      },
    };
  });
  return { ...made, ...(skipped && { skipped }) };
}

/** What lies in a result besides what depends on the machine. */
function withoutTimes(text: string): string {
  if (!text.startsWith('{')) return text;
  return JSON.stringify(JSON.parse(text, (key, value: unknown) => (isTime(key) ? undefined : value)));
}

/** Times, and a checksum over them. */
function isTime(key: string): boolean {
  return /seconds|Ms$|elapsed|^timings$|^begun$|^sha256$/i.test(key);
}
