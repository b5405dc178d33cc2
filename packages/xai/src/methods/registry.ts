import { XaiError } from '../errors.ts';
import { ablationMethod, type AblationMethod } from './ablation.ts';
import type { AttributionMethod } from './attribution.ts';
import type { CamMethod } from './cam.ts';
import { choiceOf } from './check-option.ts';
import { eigenCamMethod } from './eigen-cam.ts';
import { featureAblationMethod, type FeatureAblationOptions } from './feature-ablation.ts';
import { gradCamMethod } from './grad-cam.ts';
import { gradCamPlusPlusMethod } from './grad-cam-plus-plus.ts';
import { hiresCamMethod } from './hires-cam.ts';
import { inputXGradientMethod } from './input-x-gradient.ts';
import { integratedGradientsMethod, type IntegratedGradientsOptions } from './integrated-gradients.ts';
import { layerCamMethod } from './layer-cam.ts';
import { methodNames, type MethodName } from './names.ts';
import { occlusionMethod, type OcclusionOptions } from './occlusion.ts';
import type { AblationCamOptions, CamOptions, CommonOptions } from './options.ts';
import { randomMapMethod, type RandomMapOptions } from './random-map.ts';
import { saliencyMethod, type SaliencyOptions } from './saliency.ts';
import { scoreCamMethod, type ScoreCamOptions } from './score-cam.ts';
import { smoothGradMethod, type SmoothGradOptions } from './smooth-grad.ts';

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
  readonly make: (options: MethodOptions[K]) => Method;
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
    make: ablationMethod,
    own: ['ablation', 'weighting', 'norm', 'strategy', 'executor', 'ablatedScores'],
    worksOn: 'layer',
  },
  'grad-cam': { make: gradCamMethod, own: [], worksOn: 'layer' },
  'grad-cam++': { make: gradCamPlusPlusMethod, own: [], worksOn: 'layer' },
  'layer-cam': { make: layerCamMethod, own: [], worksOn: 'layer' },
  'hires-cam': { make: hiresCamMethod, own: [], worksOn: 'layer' },
  'eigen-cam': { make: eigenCamMethod, own: [], worksOn: 'layer' },
  'score-cam': { make: scoreCamMethod, own: ['perPass'], worksOn: 'layer' },
  saliency: { make: saliencyMethod, own: ['absolute'], worksOn: 'input' },
  'input-x-gradient': { make: inputXGradientMethod, own: [], worksOn: 'input' },
  'integrated-gradients': {
    make: integratedGradientsMethod,
    own: ['baseline', 'steps', 'quadrature'],
    worksOn: 'input',
  },
  'smooth-grad': { make: smoothGradMethod, own: ['samples', 'noise', 'seed', 'absolute'], worksOn: 'input' },
  occlusion: { make: occlusionMethod, own: ['window', 'stride', 'baseline', 'perPass'], worksOn: 'input' },
  'feature-ablation': {
    make: featureAblationMethod,
    own: ['featureMask', 'baseline', 'perPass'],
    worksOn: 'input',
  },
  random: { make: randomMapMethod, own: ['seed'], worksOn: 'layer' },
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
export function methodOf(options: ExplainOptions): Method {
  const name = choiceOf('method', options.method, methodNames);
  const { make, own, worksOn } = METHODS[name] as Entry<MethodName>;
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
  return make(options);
}
