import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { runCommand } from '../../run-command.ts';
import { startPostgres } from '../../run-postgres.ts';
import { failSeries, WAYS, type FaultName } from './fault-series.ts';
import { resultFiles } from './result-files.ts';
import { SmallDisk } from './small-disk.ts';
import { failStoreSeries } from './store-series.ts';

const STORE = 'object store';

/**
 * Kills, ends and fills the disk of runs of explain-set at random moments, in one process, in several and through a queue, and lets
 * requests to an object store go wrong: nothing that was finished may be lost, no chunk torn, and in the end there is what an undisturbed
 * run leaves. Takes the rights to mount a disk.
 */
// The same engine in every run, and on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    faults: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [...WAYS, STORE] },
  },
});
const unknown = values.only.find((way) => ![...WAYS, STORE].includes(way));
if (unknown !== undefined)
  throw new RangeError(`--only is one of ${[...WAYS, STORE].join(', ')}, not ${unknown}.`);
const ways = WAYS.filter((way) => values.only.includes(way));
const wanted = Number(values.faults);
const random = seededRandom(Number(values.seed));
const SET = ['explain-set', 'mnist1d?samples=480&seed=9', '--batch', '4', '--shard-size', '8', '--json'];

const disk = await SmallDisk.mount();
const postgres = await startPostgres();
const counts = new Map<string, number>();
let faults = 0;
const count = (name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};
try {
  const whole = join(disk.folder, 'whole.zarr');
  assert.is((await runCommand([...SET, '--out', whole, '--workers', '1'])).exitCode, 0);
  const files = await resultFiles(whole);
  for (let series = 0; ways.length > 0 && faults < wanted; series++) {
    const way = ways[series % ways.length]!;
    const out = join(disk.folder, `${series}.zarr`);
    const onFault = (fault: FaultName, finished: number): void => {
      const name = `${way}, ${fault}`;
      count(name);
      console.log(`${name}: ${finished} shards are there`);
    };
    const settings = { way, set: SET, out, disk, url: postgres.url, random, wanted: files, onFault };
    const most = Math.min(wanted - faults, Math.ceil(wanted / ways.length));
    faults += await failSeries(settings, most);
    console.log(`series ${series}, ${way}: whole again after ${faults} faults in all`);
    await rm(out, { recursive: true });
  }
  for (let found = 0; values.only.includes(STORE) && found < wanted;) {
    const onFault = (fault: string): void => {
      count(`${STORE}, ${fault}`);
    };
    found += await failStoreSeries({ set: SET, random, wanted: files, onFault }, wanted - found);
    console.log(`${STORE}: whole again after ${found} faults in all`);
  }
} finally {
  await postgres.stop();
  await disk.unmount();
}
for (const [name, count] of [...counts].sort()) console.log(`${name}: ${count}`);
console.log(
  `${[...counts.values()].reduce((sum, one) => sum + one, 0)} faults, nothing lost, nothing torn, the same files in the end`,
);
