import { Option } from '@commander-js/extra-typings';
import { normalizationHelp } from './normalization.ts';
import { wholeNumber } from './whole-number.ts';

/** The options that say how inputs are explained; each call makes one, since a command keeps its own. */
export const explainOptions = {
  method: () =>
    new Option(
      '--method <name>',
      'ablation-cam, or another method; may be given several times (an unknown name lists them)',
    )
      .argParser((name: string, before: readonly string[]) => [...before, name])
      .default([] as readonly string[], 'ablation-cam'),
  layer: () =>
    new Option(
      '--layer <name>',
      'the target layer; given several times, the maps of these layers are averaged',
    )
      .argParser((name: string, before: readonly string[]) => [...before, name])
      .default([] as readonly string[], 'the last feature map before the output'),
  output: () => new Option('--output <name>', 'the output to explain, for a model with several'),
  class: () =>
    new Option('--class <classes>', 'predicted, all, or class indices or names, separated by commas').default(
      'predicted',
    ),
  topK: () =>
    new Option('--top-k <n>', 'the n classes with the highest logits, the highest first')
      .argParser(wholeNumber(1))
      .conflicts('class'),
  ablation: () =>
    new Option(
      '--ablation <value>',
      'zero, zero-kernel, channel-mean, or one number a channel: a,b,c or a .npy file',
    ).default('zero'),
  score: () =>
    new Option('--score <score>', 'what falls')
      .choices(['probability', 'logit'] as const)
      .default('probability' as const),
  weighting: () =>
    new Option('--weighting <weighting>', '(y - y_k) / |y| or (y - y_k) / ||A_k||')
      .choices(['relative-drop', 'slope'] as const)
      .default('relative-drop' as const),
  norm: () =>
    new Option('--norm <p>', 'the norm of slope').choices(['1', '2'] as const).default('2' as const),
  strategy: () =>
    new Option('--strategy <strategy>', 'all channels together, or one pass through the network a channel')
      .choices(['planned', 'naive'] as const)
      .default('planned' as const),
  backend: () =>
    new Option('--backend <backend>', 'TensorFlow.js backend of the forward pass')
      .choices(['auto', 'webgpu', 'onnxruntime', 'wasm', 'cpu'] as const)
      .default('auto' as const),
  executor: () =>
    new Option('--executor <executor>', 'what runs the ablation')
      .choices(['auto', 'webgpu', 'onnxruntime', 'tfjs', 'reference'] as const)
      .default('auto' as const),
  normalize: () => new Option('--normalize <how>', normalizationHelp),
  maxPixels: () =>
    new Option(
      '--max-pixels <n>',
      'images of more pixels are refused before they are decoded (default: 89478485)',
    ).argParser(wholeNumber(1)),
  labels: () =>
    new Option(
      '--labels <file>',
      'class names: a text file, one a line, a JSON list or map, or metadata.json (default: those of the model or of a file beside it)',
    ),
};
