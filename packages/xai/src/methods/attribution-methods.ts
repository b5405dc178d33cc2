/** Methods on the input, and what runs them: one file to fetch. */
export { featureAblationMethod } from './feature-ablation.ts';
export { inputXGradientMethod } from './input-x-gradient.ts';
export { integratedGradientsMethod } from './integrated-gradients.ts';
export { occlusionMethod } from './occlusion.ts';
export { saliencyMethod } from './saliency.ts';
export { smoothGradMethod } from './smooth-grad.ts';
export { runAttribution } from './attribution.ts';
