import {
  encodeNpy,
  generateMnist1d,
  generateTexture,
  mnist1dClassNames,
  textureClassNames,
  texturesDefaults,
  tissueClassNames,
  tissueSample,
  tissueTestSamples,
  type LabelledSignals,
} from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import type { SampleSource } from './samples.ts';

/** Which samples: those of the published test set or, where they are generated, as many others as are asked for. */
interface OwnSamples {
  readonly set: keyof typeof PUBLISHED;
  readonly samples: number;
  /** Null for the published test set. */
  readonly seed: number | null;
}

const PUBLISHED = { mnist1d: 1000, textures: 500, tissue: tissueTestSamples };

/** `mnist1d`, or `mnist1d?samples=20000&seed=7` for others. @throws CliError for options that there are not */
function parse(source: string): OwnSamples | null {
  const [, set, options] = /^(mnist1d|textures|tissue)(?:\?(.*))?$/.exec(source) ?? [];
  if (set !== 'mnist1d' && set !== 'textures' && set !== 'tissue') return null;
  if (options === undefined) return { set, samples: PUBLISHED[set], seed: null };
  if (set === 'tissue') {
    throw new CliError(
      `${source}: the tissue samples are photographs, there are no others; pass tissue alone.`,
    );
  }
  const given = Object.fromEntries(new URLSearchParams(options));
  const { samples = String(PUBLISHED[set]), seed = '1', ...others } = given;
  const [extra] = Object.keys(others);
  if (extra !== undefined || !/^[1-9]\d*$/.test(samples) || !/^\d+$/.test(seed)) {
    throw new CliError(`${source}: expected ${set}?samples=<n>&seed=<n>, both whole numbers.`);
  }
  if (set === 'mnist1d' && Number(samples) % 10 !== 0) {
    throw new CliError(`${source}: MNIST-1D has as many samples of each digit; give a multiple of 10.`);
  }
  return { set, samples: Number(samples), seed: Number(seed) };
}

/** Returns the source of a set that comes along, or null where that is the name of none. @throws CliError for wrong options */
export function ownSource(source: string): SampleSource | null {
  const own = parse(source);
  if (own === null) return null;
  const set = sets[own.set](own);
  return {
    list: () =>
      Promise.resolve({
        entries: Array.from({ length: own.samples }, (_, i) => ({
          source: `${source}:${i}`,
          label: set.labelOf(i),
          bytes: 0,
          changed: 0,
        })),
        identity: JSON.stringify(own),
        labelNames: set.classNames,
      }),
    // A promise that is rejected, not a function that throws.
    bytesOf: async (name) => set.bytesOf(Number(name.slice(name.lastIndexOf(':') + 1))),
    close: () => Promise.resolve(),
  };
}

interface OwnSet {
  bytesOf(index: number): Uint8Array | Promise<Uint8Array>;
  labelOf(index: number): number;
  readonly classNames: readonly string[];
}

function signals({ samples, seed }: OwnSamples): OwnSet {
  let made: LabelledSignals | undefined;
  const all = (): LabelledSignals => {
    made ??=
      seed === null ? generateMnist1d().test : generateMnist1d({ samples, seed, trainFraction: 0 }).test;
    return made;
  };
  return {
    bytesOf: (index) => {
      const { signals: values, count } = all();
      const length = values.length / count;
      return encodeNpy(values.subarray(index * length, (index + 1) * length));
    },
    labelOf: (index) => all().labels[index] ?? -1,
    classNames: mnist1dClassNames,
  };
}

function textures({ seed }: OwnSamples): OwnSet {
  return {
    bytesOf: (index) => {
      const { image } = generateTexture(index, [seed ?? texturesDefaults.seed, 1].flat());
      return encodeNpy(image, [texturesDefaults.size, texturesDefaults.size, 3]);
    },
    labelOf: (index) => index % textureClassNames.length,
    classNames: textureClassNames,
  };
}

function tissue(): OwnSet {
  return {
    bytesOf: (index) => tissueSample(index).file.read(),
    labelOf: (index) => tissueSample(index).label,
    classNames: tissueClassNames,
  };
}

const sets: Readonly<Record<OwnSamples['set'], (samples: OwnSamples) => OwnSet>> = {
  mnist1d: signals,
  textures,
  tissue,
};
