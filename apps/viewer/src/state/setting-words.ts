/** What can be chosen, each with the words that the page has for it. */
export const ABLATIONS = [
  ['zero', 'zero'],
  ['zero-kernel', 'zero filter, bias kept'],
  ['channel-mean', 'mean of the channel'],
] as const;
export const SCORES = [
  ['probability', 'probability'],
  ['logit', 'logit'],
] as const;
export const WEIGHTINGS = [
  ['relative-drop', 'relative drop'],
  ['slope', 'slope (per norm)'],
] as const;
export const STRATEGIES = [
  ['planned', 'all together'],
  ['naive', 'one pass each'],
] as const;
export const EXECUTORS = [
  ['auto', 'the fastest here'],
  ['webgpu', 'WebGPU'],
  ['tfjs', 'TensorFlow.js'],
  ['reference', 'the processor (float64)'],
] as const;
