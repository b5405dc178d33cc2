import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { SeededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { runCommand, startCommand, type StartedCommand } from '../../run-command.ts';
import { startObjectStore, type ObjectStore } from '../object-store.ts';
import { storeFaults } from '../store-faults.ts';

export interface StoreSeries {
  /** The set and what of its options says what the result is. */
  readonly set: readonly string[];
  readonly random: SeededRandom;
  /** The files that an undisturbed run leaves in a folder. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly onFault: (fault: string) => void;
}

const PLACE = 'results/a set/result.zarr/';
/** Of the requests, so many go wrong. */
const SHARE = 0.15;
/** Faults between two kills, or times at which the store is gone for good. */
const [FEWEST, MOST] = [10, 40];

/**
 * Explains a set into an object store whose requests go wrong, by runs of which some are killed and one finds the store gone for good,
 * until it is done or there were so many faults; then lets it end, and holds it against what an undisturbed run leaves in a folder.
 *
 * @returns how many faults there were
 * @throws where an object is torn or changed, a run ends otherwise than with what it was to do or a sentence, or the end is another
 */
export async function failStoreSeries(series: StoreSeries, most: number): Promise<number> {
  const store = await startObjectStore();
  const { random } = series;
  let faults = 0;
  const note = (fault: string): void => {
    faults++;
    series.onFault(fault);
  };
  try {
    const usual = storeFaults(Math.floor(random.uniform(0, 2 ** 31)), SHARE, note);
    for (let run = 0; faults < most; run++) {
      store.fault = usual;
      const earlier = objectsIn(store);
      const command = await startCommand(commandOf(series, run), environmentOf(store));
      const until = faults + Math.floor(random.uniform(FEWEST, MOST));
      while (isRunning(command) && faults < until) await sleep(5);
      if (!isRunning(command)) {
        assert.is((await command.ended).exitCode, 0, (await command.ended).stderr);
        break;
      }
      await (run === 1 ? takeAway(store, command) : kill(command));
      note(run === 1 ? 'gone for good' : 'kill');
      assertWhole(store, earlier);
    }
    store.fault = usual;
    const { exitCode, stderr } = await runCommand(commandOf(series, 0), environmentOf(store));
    assert.is(exitCode, 0, stderr);
    const found = objectsIn(store);
    // Attributes of the group tell of the run.
    found.delete('zarr.json');
    assert.equal([...found].sort(), [...series.wanted].sort());
    return faults;
  } finally {
    await store.close();
  }
}

function commandOf({ set }: StoreSeries, run: number): readonly string[] {
  return [...set, '--out', `s3://${PLACE.slice(0, -1)}`, '--workers', run % 3 === 2 ? '2' : '1'];
}

function environmentOf({ url }: ObjectStore): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: 'user',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'north',
    AWS_ENDPOINT_URL: url,
  };
}

function isRunning({ child }: StartedCommand): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function kill({ child, ended }: StartedCommand): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

/** Longer than any request is repeated: the run ends with a sentence. */
async function takeAway(store: ObjectStore, { ended }: StartedCommand): Promise<void> {
  store.fault = () => 'busy';
  const { exitCode, stderr } = await ended;
  assert.is(exitCode, 1, stderr);
  assert.match(stderr, /^error: Cannot (write|read|list) http.*the store answered 503, 9 times\. Check/m);
}

/** The SHA-256 of each object of the result, by its name in it. */
function objectsIn({ objects }: ObjectStore): Map<string, string> {
  return new Map(
    [...objects].map(([name, bytes]) => [
      name.slice(PLACE.length),
      createHash('sha256').update(bytes).digest('hex'),
    ]),
  );
}

function assertWhole(store: ObjectStore, earlier: ReadonlyMap<string, string>): void {
  const later = objectsIn(store);
  for (const [name, hash] of earlier) assert.is(later.get(name), hash, `${name} was lost or changed`);
  for (const [name, bytes] of store.objects) {
    if (name.endsWith('.json')) JSON.parse(bytes.toString());
    else gunzipSync(bytes);
  }
}
