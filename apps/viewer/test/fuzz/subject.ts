import {
  mutated,
  mutatedJson,
  seededRandom,
  type FuzzSubject,
  type FuzzTarget,
} from '@ablation-cam/tools/testing';
import { linkedFiles, nameOf } from '../../src/client/linked-files.ts';
import { shardAddresses } from '../../src/client/shard-addresses.ts';
import { linkOf, stateOfLink } from '../../src/state/link.ts';
import { sortFiles } from '../../src/state/sort-files.ts';
import { initialState } from '../../src/state/state.ts';
import { folderLabels, tilesOf, type WallItem } from '../../src/state/wall.ts';
import { wantedCalls } from '../../src/state/wanted-calls.ts';

const BUILT_IN = ['textures', 'mnist1d'] as const;

/** Everything that a link can say. */
const LINK =
  'sample=mnist1d%3A17&class=3&against=4&method=grad-cam&layer=conv1d&ablation=zero-kernel&score=logit&weighting=slope' +
  '&colors=magma&opacity=0.4&map=raw&region=hidden&view=swipe&sides=both&threshold=0.3&contour=shown&stage=wide&panel=race' +
  '&order=index&channel=7&off=2%2C9&from=20&keep=0.5&blank=zero';

/** What the page takes from others before any file is opened: addresses, and the names of files. */
export function makeSubject(): FuzzSubject {
  return {
    targets: [
      target('link of the viewer', (seed) => {
        const state = stateOfLink(`#${damagedText(LINK, seed)}`, BUILT_IN);
        wantedCalls(state);
        // What is shown can be linked to in turn, and is then the same.
        const again = stateOfLink(`#${linkOf(state) ?? ''}`, BUILT_IN);
        if (JSON.stringify(again) !== JSON.stringify(state)) throw new Error('The link leads elsewhere.');
      }),
      target('files in the address of the viewer', (seed) => {
        const search = damagedText('?model=https://there.org/m%20%2F.json&image=../cat.png', seed);
        const { model, image } = linkedFiles(search, 'https://here.org/viewer/index.html') ?? {};
        for (const url of [model, image]) if (url) nameOf(url);
      }),
      target('model.json at an address', (seed) => {
        readShards(damagedText(JSON.stringify(MANIFEST), seed));
      }),
      target('model.json at an address, by values', (seed) => {
        readShards(JSON.stringify(mutatedJson(MANIFEST, seededRandom(seed))));
      }),
      target('names of files in the viewer', (seed) => {
        const names = ['model.json', 'weights.bin', 'labels.txt', 'cat.png'];
        const files = names.map((name, i) => new File(['x'], damagedText(name, 4 * seed + i)));
        sortFiles(initialState('mnist1d'), files, 'own');
      }),
      target('folders on the wall of the viewer', wallOf),
    ],
  };
}

function target(name: string, read: (seed: number) => void): FuzzTarget {
  return {
    name,
    read: (seed) =>
      new Promise((resolve) => {
        read(seed);
        resolve(null);
      }),
  };
}

const MANIFEST = { modelTopology: {}, weightsManifest: [{ paths: ['a.bin', 'below/b.bin'], weights: [] }] };

function readShards(text: string): void {
  let found: readonly URL[];
  try {
    found = shardAddresses('model.json', text, new URL('https://there.org/models/one/model.json'));
  } catch (error) {
    // A sentence for people; this package has no errors of a type of its own.
    if ((error as Error).constructor === Error) return;
    throw error;
  }
  const isBelow = ({ href }: URL): boolean => href.startsWith('https://there.org/models/one/');
  if (!found.every(isBelow)) throw new Error('Something else is fetched.');
  found.forEach(nameOf);
}

function wallOf(seed: number): void {
  const names = ['01 tumor', 'stroma', '__proto__', 'constructor'];
  const items = names.map((name, i): WallItem => {
    const file = new File(['x'], 'x.png');
    return { folder: damagedText(name, 4 * seed + i), input: { kind: 'file', id: `${i}`, name, file } };
  });
  const { classes } = folderLabels(items, ['tumor', 'stroma'], 2);
  const wall = { id: 'w', items, key: '', answers: new Map(), isCancelled: false, since: null, only: null };
  if (tilesOf(wall, classes).length !== items.length) throw new Error('A tile is missing.');
}

function damagedText(text: string, seed: number): string {
  return new TextDecoder().decode(mutated(new TextEncoder().encode(text), seededRandom(seed)));
}
