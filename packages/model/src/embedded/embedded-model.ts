import { tissueClassNames } from '../data/tissue/samples.ts';
import { ModelError } from '../errors.ts';
import { loadLayersModel, type LoadedLayersModel } from '../files/load-model.ts';

/** The trained models that come with this package; `weights/<name>/README.md` says how each was made. */
export type EmbeddedModelName = (typeof embeddedModelNames)[number];

/** The trained networks that come with this package: see `embeddedModel`. */
export const embeddedModelNames = ['mnist1d', 'textures', 'tissue'] as const;

/**
 * A trained model out of this package, on the current backend, without files or network; the caller disposes of it.
 *
 * - `mnist1d`: the 1-D ConvNet on MNIST-1D, `[n, 40, 1] -> [n, 10]`, signals as `generateMnist1d` makes them.
 * - `textures`: VGG7 on locatable textures, `[n, 64, 64, 3] -> [n, 8]`, images as `texturesDataSets` gives them, in [0, 1].
 * - `tissue`: VGG7 on colorectal tissue, `[n, 75, 75, 3] -> [n, 8]`, photographs of slides in [0, 1].
 *
 * @throws ModelError `invalid-option` for another name.
 */
export async function embeddedModel(name: EmbeddedModelName): Promise<LoadedLayersModel> {
  switch (name) {
    case 'mnist1d': {
      // Imported when asked for, so that a bundler can leave the other models' weights out.
      const { topology, weights } = await import('./mnist1d.ts');
      return fromParts(topology, weights);
    }
    case 'textures': {
      const { topology, weights } = await import('./textures.ts');
      const loaded = await fromParts(topology, weights);
      return { ...loaded, metadata: { ...loaded.metadata, input: scaled } };
    }
    case 'tissue': {
      const { topology, weights } = await import('./tissue.ts');
      const loaded = await fromParts(topology, weights);
      const metadata = { ...loaded.metadata, input: scaled, classNames: tissueClassNames };
      return { ...loaded, metadata };
    }
    default:
      throw new ModelError(
        'invalid-option',
        `There is no embedded model ${JSON.stringify(name)}; choose ${embeddedModelNames.join(', ')}.`,
      );
  }
}

/** How pictures become values. */
const scaled = { scale: { normalize: '0..1', source: 'it was trained so' } } as const;

function fromParts(topology: unknown, weights: Uint8Array): Promise<LoadedLayersModel> {
  const text = new TextEncoder().encode(JSON.stringify(topology));
  return loadLayersModel([
    { name: 'model.json', bytes: text },
    { name: 'weights.bin', bytes: weights },
  ]);
}
