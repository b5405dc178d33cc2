import { encodeNpy } from '@ablation-cam/model';
import { mutated, seededRandom, type FuzzTarget } from '@ablation-cam/tools/testing';
import { openSource, listSamples } from '../../src/explain-set/samples/sample-source.ts';
import { writtenFirst } from './written-first.ts';

const CSV = 'path,label\na/1.png,a\n"b/2, second.png",1\nb/3.npy,\n';
const LINES = ['{"path":"a/1.png","label":"a"}', '{"path":"b/2.png","label":1}', '{"path":"b/3.npy"}'];

/** What says which samples there are. */
export function sampleLists(): FuzzTarget[] {
  const text = (source: string, seed: number): Uint8Array =>
    mutated(new TextEncoder().encode(source), seededRandom(seed));
  const array = encodeNpy(Float32Array.from({ length: 12 }, Math.sin), [3, 4, 1]);
  return [
    writtenFirst('list of samples, CSV', 'list.csv', (seed) => text(CSV, seed), listSamples),
    writtenFirst(
      'list of samples, JSON lines',
      'list.jsonl',
      (seed) => text(LINES.join('\n'), seed),
      listSamples,
    ),
    writtenFirst(
      'array of samples',
      'samples.npy',
      (seed) => mutated(array, seededRandom(seed)),
      async (path) => {
        const { entries } = await listSamples(path);
        const source = await openSource(path);
        try {
          await source.bytesOf(entries.at(-1)?.source ?? '0');
        } finally {
          await source.close();
        }
      },
    ),
    {
      name: 'name of generated samples',
      read: async (seed) => {
        const name = new TextDecoder().decode(text('mnist1d?samples=20&seed=7', seed));
        await listSamples(name);
      },
    },
  ];
}
