import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { MODEL_HELP } from '../arguments/model-help.ts';
import { normalizationHelp } from '../arguments/normalization.ts';
import { threadsHelp, useThreadsOf } from '../arguments/threads.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { RegisterCommand } from '../command.ts';
import { PROGRAM } from '../program-name.ts';

const EXAMPLES = `
Examples:
  ${PROGRAM} compare --limit 200                              the embedded model on MNIST-1D test signals
  ${PROGRAM} compare --model textures --limit 24              ... on textures, whose evidence has a known place
  ${PROGRAM} compare --model tissue                           ... on the 24 photographs that come along
  ${PROGRAM} compare --model vgg.h5 --data images/test --limit 8 --methods ablation-cam,grad-cam,grad-cam++
  ${PROGRAM} compare --methods all --limit 20                 the slow methods as well`;

/** `compare`: which method's maps can be trusted. */
export const compare: RegisterCommand = (program, { signal }) => {
  program
    .command('compare')
    .description(
      'Explain the same inputs with several methods and judge their maps: drop and increase of the score, insertion and ' +
        'deletion, localisation where the place of the evidence is known, and seconds per image. A random map is always ' +
        'among them. An interrupted run goes on where it was when it is started again.',
    )
    .addOption(new Option('--model <model>', MODEL_HELP).default('mnist1d'))
    .option(
      '--data <data>',
      'a folder of class folders of images, or a test set that comes along: mnist1d, textures, tissue (default: the one of the embedded model)',
    )
    .addOption(
      new Option(
        '--methods <methods>',
        'names separated by commas, or all; the first one is what the others are held against (default: all but the slow ones)',
      ),
    )
    .option('--limit <n>', 'only so many samples, evenly from all classes', wholeNumber(1))
    .option('--layer <name>', 'the target layer (default: the last feature map before the output)')
    .option(
      '--fraction <f>',
      'share of the input that top-fraction keeps, in (0, 1] (default: 0.3 for signals, 0.9 for images)',
      share,
    )
    .addOption(new Option('--steps <n>', 'of insertion and deletion').argParser(wholeNumber(1)).default(10))
    .addOption(
      new Option('--backend <backend>', 'TensorFlow.js backend')
        .choices(['auto', 'webgpu', 'onnxruntime', 'wasm', 'cpu'] as const)
        .default('auto' as const),
    )
    .option('--threads <n>', threadsHelp, wholeNumber(1))
    .addOption(
      new Option('--executor <executor>', "what runs Ablation-CAM's plan")
        .choices(['auto', 'webgpu', 'onnxruntime', 'tfjs', 'reference'] as const)
        .default('auto' as const),
    )
    .option('--normalize <how>', normalizationHelp)
    .option(
      '--labels <file>',
      "class names in the order of the model's outputs: a text file, one a line, a JSON list or map, or metadata.json",
    )
    .addOption(
      new Option('--out <dir>', 'folder for comparison.json, .csv, .md and report.html').default(
        'comparison',
      ),
    )
    .option('--fresh', 'start anew, whatever an earlier run left in the folder')
    .option('--json', 'print the comparison as JSON only')
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      await useThreadsOf(options);
      const { runCompare } = await import('../compare/run-compare.ts');
      await runCompare(options, signal);
    });
};

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number above 0 and at most 1.');
}
