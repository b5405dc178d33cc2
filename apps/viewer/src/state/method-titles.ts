import type { MethodName } from '@ablation-cam/xai';

/** How the methods are called in print. */
export const methodTitles: Readonly<Record<MethodName, string>> = {
  'ablation-cam': 'Ablation-CAM',
  'grad-cam': 'Grad-CAM',
  'grad-cam++': 'Grad-CAM++',
  'layer-cam': 'Layer-CAM',
  'hires-cam': 'HiRes-CAM',
  'eigen-cam': 'Eigen-CAM',
  'score-cam': 'Score-CAM',
  saliency: 'Saliency',
  'input-x-gradient': 'Input × gradient',
  'integrated-gradients': 'Integrated gradients',
  'smooth-grad': 'SmoothGrad',
  occlusion: 'Occlusion',
  'feature-ablation': 'Feature ablation',
  random: 'Random map',
};

/** How a method is called in print that a file names. */
export function titleOf(method: string): string {
  return Object.hasOwn(methodTitles, method) ? methodTitles[method as MethodName] : method;
}
