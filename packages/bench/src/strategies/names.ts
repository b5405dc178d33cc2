/** Every strategy by the name it has in files and on the command line. */
export const strategyNames = [
  'incremental',
  'own-loop',
  'awaited-loop',
  'masked-loop',
  'one-batch',
  'tail-grad-cam',
  'ablation-cam',
  'report-loop',
  'forward-pass',
  'grad-cam',
] as const;

export type StrategyName = (typeof strategyNames)[number];
