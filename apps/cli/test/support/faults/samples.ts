import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeNpy, generateMnist1d } from '@ablation-cam/model';

const COUNT = 4;

/** Signals of MNIST-1D as `.npy` files: the first ones. */
export function sampleFiles(count: number): Uint8Array[] {
  const { signals, length } = generated();
  return Array.from({ length: count }, (_, i) =>
    encodeNpy(signals.subarray(i * length, (i + 1) * length), [length, 1]),
  );
}

/** Writes the same samples in each way in which a set can be named: `a`, `list.csv`, `list.jsonl` and `all.npy`. */
export async function writeSamples(folder: string): Promise<void> {
  const { signals, length } = generated();
  await mkdir(join(folder, 'a'), { recursive: true });
  const paths: string[] = [];
  for (const [i, bytes] of sampleFiles(COUNT).entries()) {
    paths.push(`a/${i}.npy`);
    await writeFile(join(folder, 'a', `${i}.npy`), bytes);
  }
  await writeFile(join(folder, 'list.csv'), ['path', ...paths, ''].join('\n'));
  await writeFile(join(folder, 'list.jsonl'), paths.map((path) => JSON.stringify({ path })).join('\n'));
  await writeFile(
    join(folder, 'all.npy'),
    encodeNpy(signals.subarray(0, COUNT * length), [COUNT, length, 1]),
  );
}

function generated(): { readonly signals: Float32Array; readonly length: number } {
  const { signals, count } = generateMnist1d({ samples: 10, seed: 1, trainFraction: 0 }).test;
  return { signals: Float32Array.from(signals), length: signals.length / count };
}
