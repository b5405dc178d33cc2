import { mutated, seededRandom, type FuzzSubject } from '@ablation-cam/tools/testing';
import { linkOf, stateOfLink } from '../../src/state/link.ts';
import { sortFiles } from '../../src/state/sort-files.ts';
import { initialState } from '../../src/state/state.ts';

const BUILT_IN = ['textures', 'mnist1d'] as const;

/** What the page takes from others before any file is opened: links, and the names of files. */
export function makeSubject(): FuzzSubject {
  const link =
    'sample=mnist1d%3A17&class=3&method=grad-cam&layer=conv1d&opacity=0.4&panel=race&off=2%2C9&keep=0.5';
  return {
    targets: [
      {
        name: 'link of the viewer',
        read: (seed) => {
          const state = stateOfLink(`#${damagedText(link, seed)}`, BUILT_IN);
          // What is shown can be linked to in turn, and is then the same.
          const again = stateOfLink(`#${linkOf(state) ?? ''}`, BUILT_IN);
          if (JSON.stringify(again) !== JSON.stringify(state)) throw new Error('The link leads elsewhere.');
          return Promise.resolve();
        },
      },
      {
        name: 'names of files in the viewer',
        read: (seed) => {
          const names = ['model.json', 'weights.bin', 'labels.txt', 'cat.png'];
          const files = names.map((name, i) => new File(['x'], damagedText(name, 4 * seed + i)));
          sortFiles(initialState('mnist1d'), files, 'own');
          return Promise.resolve();
        },
      },
    ],
  };
}

function damagedText(text: string, seed: number): string {
  return new TextDecoder().decode(mutated(new TextEncoder().encode(text), seededRandom(seed)));
}
