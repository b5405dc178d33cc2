import { createHash } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { readFile, writeFileWhole } from '@ablation-cam/model';
import { cacheFolder } from '@ablation-cam/tools/cache-folder';
import type { KeptSpeeds } from '../runtime/calibration/machine-speeds.ts';

/** A file in the cache folder of the user, one for each processor, number of cores and version of Node. */
export function keptSpeeds(revision: string): KeptSpeeds {
  const [processor] = cpus();
  const machine = [
    revision,
    processor?.model,
    availableParallelism(),
    process.platform,
    process.arch,
    process.version,
  ].join(', ');
  const key = createHash('sha256').update(machine).digest('hex').slice(0, 16);
  const place = async (): Promise<string> => join(await cacheFolder(), `speeds-${key}.json`);
  return {
    machine,
    place,
    read: async () => new TextDecoder().decode(await readFile(await place())),
    write: async (text) => writeFileWhole(await place(), text),
  };
}

/** Whether speeds are not measured, but those that are usual: what is chosen by them is then the same on every machine. */
export function takesUsualSpeeds(): boolean {
  return process.env['ABLATION_CAM_SPEEDS'] === 'usual';
}
