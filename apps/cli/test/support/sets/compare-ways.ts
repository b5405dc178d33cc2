import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { runCommand, startCommand, type StartedCommand } from '../../run-command.ts';
import { startPostgres } from '../../run-postgres.ts';
import { followMemory } from './follow-memory.ts';
import { finishedShards, resultFiles } from './result-files.ts';

/**
 * Explains 20,000 signals and 2,000 textures of other seeds than the published ones in one process, in four, by a queue with four workers of
 * which some are killed, and in eight parts in random order: the files are the same. With `--memory` it looks at the memory that a process
 * takes from its tenth shard to its thousandth instead.
 */
// The same engine in every run, and on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    signals: { type: 'string', default: '20000' },
    textures: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    memory: { type: 'boolean', default: false },
    'shard-size': { type: 'string', default: '40' },
  },
});
const [WORKERS, PARTS, KILLS] = [4, 8, 6];
/** Seconds. */
const SILENCE = '5';
const random = seededRandom(Number(values.seed));
const folder = await mkdtemp(join(tmpdir(), 'compare-ways-'));

async function withPostgres(work: (url: string) => Promise<void>): Promise<void> {
  const postgres = await startPostgres();
  try {
    await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

async function succeed(args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand(args);
  assert.is(exitCode, 0, `${args.join(' ')}: ${stderr}`);
}

/** Workers of the queue, of which some are killed at random moments and others take their place. */
async function workQueue(set: readonly string[], out: string, url: string): Promise<number> {
  await succeed([...set, '--out', out, '--queue', url, '--silence', SILENCE]);
  const start = (): Promise<StartedCommand> =>
    startCommand(['explain-worker', '--queue', url, '--until-empty', '--silence', SILENCE, '--threads', '1']);
  const workers = await Promise.all(Array.from({ length: WORKERS }, start));
  let kills = 0;
  const isOver = Promise.all(workers.map(({ ended }) => ended)).then(() => true);
  while (kills < KILLS && !(await Promise.race([isOver, sleep(random.uniform(0, 1500))]))) {
    // None is killed before there is something to lose.
    if ((await finishedShards(out)).length < kills + 1) continue;
    const victim = Math.floor(random.uniform(0, WORKERS));
    if (workers[victim]!.child.exitCode !== null) continue;
    workers[victim]!.child.kill('SIGKILL');
    kills++;
    workers[victim] = await start();
  }
  for (const { ended } of workers) {
    const { exitCode, stderr } = await ended;
    assert.ok(exitCode === 0 || exitCode === null, stderr);
  }
  await succeed(['explain-set', 'merge', out]);
  return kills;
}

async function inParts(set: readonly string[], out: string): Promise<void> {
  const parts = Array.from({ length: PARTS }, (_, part) => part);
  const order = parts.map((part) => ({ part, place: random.uniform() })).sort((a, b) => a.place - b.place);
  for (const { part } of order) await succeed([...set, '--out', out, '--shard', `${part}/${PARTS}`]);
  await succeed(['explain-set', 'merge', out]);
}

async function compareWays(url: string): Promise<void> {
  for (const source of [
    `mnist1d?samples=${values.signals}&seed=11`,
    `textures?samples=${values.textures}&seed=11`,
  ]) {
    const set = ['explain-set', source, '--json'];
    const place = (way: string): string => join(folder, `${source.slice(0, 4)}-${way}.zarr`);
    const lap = async (way: string, explain: (out: string) => Promise<string>): Promise<void> => {
      const out = place(way);
      const started = performance.now();
      const note = await explain(out);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const files = await resultFiles(out);
      assert.equal(files, await resultFiles(place('one')));
      const shards = (await finishedShards(out)).length;
      console.log(`${source}: ${way}, ${seconds} s${note}; ${shards} shards, ${files.size} files, the same`);
    };
    await lap('one', async (out) => {
      await succeed([...set, '--out', out, '--workers', '1']);
      return '';
    });
    await lap('four', async (out) => {
      await succeed([...set, '--out', out, '--workers', String(WORKERS)]);
      return '';
    });
    await lap('queue', async (out) => `, ${await workQueue(set, out, url)} workers killed`);
    await lap('parts', async (out) => {
      await inParts(set, out);
      return '';
    });
  }
}

try {
  if (values.memory) await followMemory(folder, Number(values['shard-size']));
  else await withPostgres(compareWays);
} finally {
  await rm(folder, { recursive: true });
}
