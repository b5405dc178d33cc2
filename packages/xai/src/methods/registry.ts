import { XaiError } from '../errors.ts';
import { ablationMethod, type AblationMethod } from './ablation.ts';
import type { AttributionMethod } from './attribution.ts';
import type { CamMethod } from './cam.ts';
import { choiceOf } from './check-option.ts';
import type { FeatureAblationOptions } from './feature-ablation.ts';
import { attributions, cams } from './fetched-methods.ts';
import type { IntegratedGradientsOptions } from './integrated-gradients.ts';
import { methodNames, type MethodName } from './names.ts';
import type { OcclusionOptions } from './occlusion.ts';
import type { AblationCamOptions, CamOptions, CommonOptions } from './options.ts';
import type { RandomMapOptions } from './random-map.ts';
import type { SaliencyOptions } from './saliency.ts';
import type { ScoreCamOptions } from './score-cam.ts';
import type { SmoothGradOptions } from './smooth-grad.ts';

/** What each method takes. */
export interface MethodOptions {
  'ablation-cam': AblationCamOptions;
  'grad-cam': CamOptions;
  'grad-cam++': CamOptions;
  'layer-cam': CamOptions;
  'hires-cam': CamOptions;
  'eigen-cam': CamOptions;
  'score-cam': ScoreCamOptions;
  saliency: SaliencyOptions;
  'input-x-gradient': CommonOptions;
  'integrated-gradients': IntegratedGradientsOptions;
  'smooth-grad': SmoothGradOptions;
  occlusion: OcclusionOptions;
  'feature-ablation': FeatureAblationOptions;
  random: RandomMapOptions;
}

/** A method with its options in place; what it works on tells the kinds apart. */
export type Method = AblationMethod | CamMethod | AttributionMethod;

/** A method by name, with its options. */
export type ExplainOptions<M extends MethodName = MethodName> = {
  [K in M]: MethodOptions[K] & { readonly method: K };
}[M];

interface Entry<K extends MethodName> {
  /** Returns what makes the method, which may have to be fetched. */
  readonly maker: () => Promise<(options: MethodOptions[K]) => Method>;
  /** The options of this method alone. */
  readonly own: readonly Exclude<keyof MethodOptions[K], keyof CamOptions>[];
  readonly worksOn: 'layer' | 'input';
}

const COMMON = [
  'method',
  'output',
  'classIndex',
  'score',
  'target',
  'backend',
  'device',
  'signal',
  'onProgress',
];
const OF_LAYERS = ['layer', 'layers', 'call'];

const METHODS: { readonly [K in MethodName]: Entry<K> } = {
  'ablation-cam': {
    maker: () => Promise.resolve(ablationMethod),
    own: ['ablation', 'weighting', 'norm', 'strategy', 'executor', 'ablatedScores'],
    worksOn: 'layer',
  },
  'grad-cam': { maker: async () => (await cams()).gradCamMethod, own: [], worksOn: 'layer' },
  'grad-cam++': { maker: async () => (await cams()).gradCamPlusPlusMethod, own: [], worksOn: 'layer' },
  'layer-cam': { maker: async () => (await cams()).layerCamMethod, own: [], worksOn: 'layer' },
  'hires-cam': { maker: async () => (await cams()).hiresCamMethod, own: [], worksOn: 'layer' },
  'eigen-cam': { maker: async () => (await cams()).eigenCamMethod, own: [], worksOn: 'layer' },
  'score-cam': { maker: async () => (await cams()).scoreCamMethod, own: ['perPass'], worksOn: 'layer' },
  saliency: { maker: async () => (await attributions()).saliencyMethod, own: ['absolute'], worksOn: 'input' },
  'input-x-gradient': {
    maker: async () => (await attributions()).inputXGradientMethod,
    own: [],
    worksOn: 'input',
  },
  'integrated-gradients': {
    maker: async () => (await attributions()).integratedGradientsMethod,
    own: ['baseline', 'steps', 'quadrature'],
    worksOn: 'input',
  },
  'smooth-grad': {
    maker: async () => (await attributions()).smoothGradMethod,
    own: ['samples', 'noise', 'seed', 'absolute'],
    worksOn: 'input',
  },
  occlusion: {
    maker: async () => (await attributions()).occlusionMethod,
    own: ['window', 'stride', 'baseline', 'perPass'],
    worksOn: 'input',
  },
  'feature-ablation': {
    maker: async () => (await attributions()).featureAblationMethod,
    own: ['featureMask', 'baseline', 'perPass'],
    worksOn: 'input',
  },
  random: { maker: async () => (await cams()).randomMapMethod, own: ['seed'], worksOn: 'layer' },
};

/** Whether a method makes its map of a layer's channels; the others attribute to the input and take no layer. */
export function worksOnLayers(method: MethodName): boolean {
  return METHODS[method].worksOn === 'layer';
}

/**
 * Returns the method that options name.
 *
 * @throws XaiError `invalid-option` for an unknown method, an option it does not have, or a value that does not fit
 */
export async function methodOf(options: ExplainOptions): Promise<Method> {
  const name = choiceOf('method', options.method, methodNames);
  const { maker, own, worksOn } = METHODS[name] as Entry<MethodName>;
  const known = [...COMMON, ...(worksOn === 'layer' ? OF_LAYERS : []), ...own];
  const unknown = Object.entries(options).find(([key, value]) => value !== undefined && !known.includes(key));
  if (unknown) {
    const isOfLayer = OF_LAYERS.includes(unknown[0]);
    throw new XaiError(
      'invalid-option',
      isOfLayer
        ? `${name} attributes to the input and has no layers to choose or average; leave out ${unknown[0]}.`
        : `${name} has no option "${unknown[0]}". Its options: ${known.filter((key) => key !== 'method').join(', ')}.`,
    );
  }
  if (options.target !== undefined && (options.classIndex !== undefined || options.score !== undefined)) {
    throw new XaiError(
      'invalid-option',
      'Both a target and a class or score are given; the target says all of it, so leave out the others.',
    );
  }
  const make = await maker();
  return make(options);
}
