/** The methods, the cheap ones of each kind first. */
export const methodNames = [
  'ablation-cam',
  'grad-cam',
  'grad-cam++',
  'layer-cam',
  'hires-cam',
  'eigen-cam',
  'score-cam',
  'saliency',
  'input-x-gradient',
  'integrated-gradients',
  'smooth-grad',
  'occlusion',
  'feature-ablation',
  'random',
] as const;

/** The name of a method, as `explain`, `createExplainer` and the commands take it. */
export type MethodName = (typeof methodNames)[number];
