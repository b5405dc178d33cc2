import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { LoadedModel } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import { isEmbedded } from '../../open-model.ts';
import type { SampleList } from '../samples/samples.ts';

/** What else than the main file may hold a part of a model. */
const PART = /\.(json|bin|h5|keras|data|onnx_data|safetensors)$/i;

/**
 * Returns what tells a model from others, SHA-256 in hexadecimal: of its files - the main one, the shards beside a `model.json`, and
 * what has the main file's name with another ending -, or of its weights where it comes along with this program.
 *
 * @throws CliError where they cannot be read
 */
export async function modelHash(source: string, { model }: LoadedModel): Promise<string> {
  const hash = createHash('sha256');
  if (isEmbedded(source) && model) {
    hash.update(source);
    for (const weight of model.weights) {
      // Not `name`, which TensorFlow.js numbers when a process builds the network again.
      hash.update(`\n${weight.originalName} ${weight.shape.join()}\n`);
      const values = weight.read().dataSync<'float32'>();
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    return hash.digest('hex');
  }
  // At an address there is nothing to look around in.
  if (/^[a-z]+:\/\//i.test(source)) return hash.update(source).digest('hex');
  try {
    await addFiles(hash, source);
  } catch (cause) {
    throw new CliError(`Cannot read ${source}: ${(cause as Error).message}. Check the path.`, { cause });
  }
  return hash.digest('hex');
}

async function addFiles(hash: Hash, source: string): Promise<void> {
  const main = (await stat(source)).isDirectory() ? join(source, 'model.json') : source;
  const folder = dirname(main);
  const name = basename(main);
  const stem = name.replace(/\.[^.]*$/, '');
  const isPart = (file: string): boolean =>
    file === name ||
    (PART.test(file) && file.startsWith(`${stem}.`)) ||
    (name.endsWith('.json') && /\.(bin|safetensors)$/i.test(file));
  for (const file of (await readdir(folder)).filter(isPart).sort()) {
    const path = join(folder, file);
    // A device or a pipe may have no end, and beside a model it is none of its files.
    if (!(await stat(path)).isFile()) {
      if (file === name) throw new Error('it is no file, and would be read twice');
      continue;
    }
    hash.update(`\n${file === name ? 'main' : file}\n`);
    await addFile(hash, path);
  }
}

async function addFile(hash: Hash, path: string): Promise<void> {
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
}

/**
 * Returns what tells data from others: SHA-256 of the names, labels and lengths of the samples in their order. What changes within
 * a file that keeps its length, `refuseChanged` finds.
 */
export function dataHash({ entries, identity }: SampleList): string {
  const hash = createHash('sha256').update(`${identity}\n`);
  for (const { source, label, bytes } of entries) hash.update(`${JSON.stringify([source, label, bytes])}\n`);
  return hash.digest('hex');
}

/** Returns what tells results apart. */
export function keyOf(model: string, data: string, options: object): string {
  return createHash('sha256')
    .update(JSON.stringify([model, data, options]))
    .digest('hex');
}
