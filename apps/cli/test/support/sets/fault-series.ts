import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { runCommand, startCommand, type CommandRun, type StartedCommand } from '../../run-command.ts';
import { assertWholeChunks, finishedShards, resultFiles } from './result-files.ts';
import type { SmallDisk } from './small-disk.ts';

export const FAULTS = ['kill', 'term', 'full'] as const;
export type FaultName = (typeof FAULTS)[number];

/** How a set is explained while it is disturbed. */
export const WAYS = ['one process', 'workers', 'queue'] as const;
export type Way = (typeof WAYS)[number];

export interface Series {
  readonly way: Way;
  /** The set and what of its options says what the result is. */
  readonly set: readonly string[];
  readonly out: string;
  readonly disk: SmallDisk;
  /** Of PostgreSQL. */
  readonly url: string;
  readonly random: SeededRandom;
  /** What an undisturbed run leaves. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly onFault: (fault: FaultName, finished: number) => void;
}

/** Shards that are waited for before a fault, at most. */
const MOST_SHARDS = 4;
/** Seconds that a queue waits for a worker that says nothing. */
const SILENCE = '3';
/** What the disk has left when it is filled: less than a shard of some files, each of which takes a page. */
const LEFT_BYTES = 40_000;

/**
 * Explains a set, disturbed again and again, until it is done or there were so many faults; then lets it end, and holds it against what
 * an undisturbed run leaves.
 *
 * @returns how many faults there were
 * @throws where a shard that was finished is lost or changed, a chunk is torn, or the end is another
 */
export async function failSeries(series: Series, most: number): Promise<number> {
  let faults = 0;
  await begin(series);
  while (faults < most) {
    const earlier = await filesSoFar(series.out);
    const before = (await finishedShards(series.out)).length;
    const command = await startCommand(commandOf(series));
    const fault = FAULTS[Math.floor(series.random.uniform(0, FAULTS.length))]!;
    const isReached = await reached(series, command, before);
    if (!isReached) {
      assert.is((await command.ended).exitCode, 0);
      break;
    }
    await inflict(series, command, fault);
    faults++;
    await assertWholeChunks(series.out);
    const later = await filesSoFar(series.out);
    for (const [name, hash] of earlier) assert.is(later.get(name), hash, `${name} was lost or changed`);
    series.onFault(fault, (await finishedShards(series.out)).length);
  }
  await end(series);
  assert.equal(await resultFiles(series.out), series.wanted);
  return faults;
}

/** Without drafts, which come and go. */
async function filesSoFar(out: string): Promise<Map<string, string>> {
  return existsSync(out) ? resultFiles(out, false) : new Map<string, string>();
}

async function begin({ way, set, out, url }: Series): Promise<void> {
  if (way === 'queue') await succeed([...set, '--out', out, '--queue', url, '--silence', SILENCE]);
}

function commandOf({ way, set, out, url }: Series): readonly string[] {
  if (way === 'queue') return ['explain-worker', '--queue', url, '--until-empty', '--silence', SILENCE];
  return [...set, '--out', out, '--workers', way === 'workers' ? '2' : '1'];
}

/** Waits until some more shards are there, and a moment; returns whether that came before the end. */
async function reached({ out, random }: Series, command: StartedCommand, before: number): Promise<boolean> {
  const wanted = before + Math.floor(random.uniform(1, MOST_SHARDS + 1));
  const moment = random.uniform(0, 60);
  const { child } = command;
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  while (isRunning()) {
    if ((await finishedShards(out)).length >= wanted) {
      await sleep(moment);
      return isRunning();
    }
    await sleep(2);
  }
  return false;
}

async function inflict(series: Series, command: StartedCommand, fault: FaultName): Promise<void> {
  const { disk, random, way } = series;
  switch (fault) {
    case 'kill': {
      const workers = way === 'workers' ? await childrenOf(command.child.pid) : [];
      const killed = workers[Math.floor(random.uniform(0, 2 * workers.length))];
      if (killed === undefined) command.child.kill('SIGKILL');
      else process.kill(killed, 'SIGKILL');
      const { exitCode, stderr } = await command.ended;
      // Others do what a worker that is killed has not done.
      if (killed !== undefined) assert.is(exitCode, 0, stderr);
      break;
    }
    case 'term': {
      command.child.kill('SIGTERM');
      const { exitCode, stderr } = await command.ended;
      // It may have ended by itself in that moment.
      assert.ok(exitCode === 143 || exitCode === 0, `SIGTERM: code ${String(exitCode)}. ${stderr}`);
      break;
    }
    case 'full':
      await disk.leave(Math.floor(random.uniform(0, LEFT_BYTES)));
      await fullDisk(command, way);
      await disk.makeRoom();
  }
}

async function childrenOf(pid = 0): Promise<number[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return listed.split(' ').filter(Boolean).map(Number);
}

/** A run ends with a sentence; a worker of a queue says it of its shard and goes on with others. */
async function fullDisk(command: StartedCommand, way: Way): Promise<void> {
  if (way === 'queue') {
    await Promise.race([command.said(/the disk is full/), command.ended]).catch(() => undefined);
    command.child.kill('SIGKILL');
    await command.ended;
    return;
  }
  const { exitCode, stderr } = await command.ended;
  if (exitCode === 0) return;
  assert.is(exitCode, 1, stderr);
  assert.match(stderr, /^error: .*the disk is full/m);
}

async function end(series: Series): Promise<void> {
  const { way, set, out } = series;
  if (way === 'queue') {
    // Shards that were given up for a full disk come again.
    await begin(series);
    await succeed(commandOf(series));
  }
  // Nothing is left to do but to merge.
  await succeed([...set, '--out', out, '--workers', '1']);
}

async function succeed(args: readonly string[]): Promise<CommandRun> {
  const run = await runCommand(args);
  assert.is(run.exitCode, 0, `${args.join(' ')}: ${run.stderr}`);
  return run;
}
