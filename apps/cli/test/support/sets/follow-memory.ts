import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { startCommand } from '../../run-command.ts';
import { finishedShards } from './result-files.ts';

/** What the memory may grow by behind shard 10, as a part. */
const MOST_GROWTH = 0.1;
const SHARDS = 1000;
/** Shards behind whose median a value stands: garbage that is collected comes and goes with some of them. */
const WINDOW = 20;
const POLL_MS = 5;

interface Reading {
  readonly shards: number;
  readonly bytes: number;
}

/**
 * Explains a set of 1,000 shards in one process and looks at its resident memory (VmRSS of Linux) on the way: medians behind some
 * shards, from the tenth one on.
 *
 * @param samples of a shard
 * @throws where the largest median is more than a tenth above the first
 */
export async function followMemory(folder: string, samples: number): Promise<void> {
  const out = join(folder, 'memory.zarr');
  const { child, ended } = await startCommand([
    'explain-set',
    `mnist1d?samples=${SHARDS * samples}&seed=11`,
    ...['--out', out, '--shard-size', String(samples), '--batch', String(samples)],
    ...['--workers', '1', '--json'],
  ]);
  const readings: Reading[] = [];
  while (child.exitCode === null && child.signalCode === null) {
    const bytes = await residentBytes(child.pid ?? 0);
    const shards = (await finishedShards(out)).length;
    // Behind the last one threads end.
    if (bytes !== null && shards >= 10 && shards < SHARDS) readings.push({ shards, bytes });
    await sleep(POLL_MS);
  }
  const { exitCode, stderr } = await ended;
  assert.is(exitCode, 0, stderr);
  await rm(out, { recursive: true });

  const medians: Reading[] = [];
  for (let from = 10; from < SHARDS; from += WINDOW) {
    const own = readings.filter(({ shards }) => shards >= from && shards < from + WINDOW);
    const [bytes] = own
      .map((reading) => reading.bytes)
      .sort((a, b) => a - b)
      .slice(own.length / 2);
    if (bytes !== undefined) medians.push({ shards: from, bytes });
  }
  const [first] = medians;
  if (first?.shards !== 10)
    throw new Error('Nothing was read behind shard 10; give more samples with --shard-size.');
  const most = medians.reduce((largest, one) => (one.bytes > largest.bytes ? one : largest), first);
  const shown = [first, medians.find(({ shards }) => shards >= 100), medians.at(-1), most];
  for (const one of shown) if (one) console.log(`behind shard ${one.shards}: ${megabytes(one.bytes)}`);
  const growth = most.bytes / first.bytes - 1;
  console.log(`at most ${(100 * growth).toFixed(1)} % more than behind shard 10`);
  assert.ok(growth <= MOST_GROWTH, 'the memory grows');
}

/** Null where the process has ended. */
async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return kilobytes === undefined ? null : 1024 * Number(kilobytes);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed()} MB`;
}
