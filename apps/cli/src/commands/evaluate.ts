import { Option } from '@commander-js/extra-typings';
import { MODEL_HELP } from '../arguments/model-help.ts';
import { normalizationHelp } from '../arguments/normalization.ts';
import { threadsHelp, useThreadsOf } from '../arguments/threads.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { RegisterCommand } from '../command.ts';
import { PROGRAM } from '../program-name.ts';

const EXAMPLES = `
Examples:
  ${PROGRAM} evaluate                                         the embedded model on the MNIST-1D test set
  ${PROGRAM} evaluate --model tissue --data images/test       the embedded model of tissue on a folder of class folders
  ${PROGRAM} evaluate --model vgg.h5 --data images/test --html report.html
  ${PROGRAM} evaluate --model run/model.json --data images/test --labels names.txt --svg plots
  ${PROGRAM} evaluate --model net.h5 --data mnist1d --json > evaluation.json`;

/** `evaluate`: how good a model is on labelled data. */
export const evaluate: RegisterCommand = (program, { signal }) => {
  program
    .command('evaluate')
    .description(
      'Evaluate a classifier on labelled data: accuracy, precision, recall, F1 and ROC AUC of every class, the confusion ' +
        'matrix, and where the model is most confidently wrong.',
    )
    .addOption(new Option('--model <model>', MODEL_HELP).default('mnist1d'))
    .option(
      '--data <data>',
      'a folder of class folders of images (PNG, JPEG, TIFF, WebP), or a test set that comes along: mnist1d, textures, tissue (default: the one of the embedded model)',
    )
    .option('--limit <n>', 'only so many samples, evenly from all classes', wholeNumber(1))
    .addOption(new Option('--batch <n>', 'samples predicted together').argParser(wholeNumber(1)).default(64))
    .addOption(
      new Option('--backend <backend>', 'what predicts: a TensorFlow.js backend or ONNX Runtime')
        .choices(['auto', 'webgpu', 'onnxruntime', 'wasm', 'cpu'] as const)
        .default('auto' as const),
    )
    .option('--threads <n>', threadsHelp, wholeNumber(1))
    .option('--normalize <how>', normalizationHelp)
    .option(
      '--labels <file>',
      "class names in the order of the model's outputs: a text file, one a line, a JSON list or map, or metadata.json (default: those of the model, else the class folders, sorted)",
    )
    .option('--logits', 'the outputs are logits: the model ends without a softmax or sigmoid')
    .addOption(
      new Option('--failed <n>', 'wrong predictions to keep, the most confident first')
        .argParser(wholeNumber(0))
        .default(24),
    )
    .option(
      '--history <file>',
      'training history for the curves of the report (default: history.json beside the model)',
    )
    .option('--html <file>', 'write a report with plots, one self-contained page')
    .option('--svg <dir>', 'write each plot as an SVG into this folder')
    .option('--json', 'print the figures as JSON only')
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      await useThreadsOf(options);
      const { runEvaluate } = await import('../evaluate/run-evaluate.ts');
      await runEvaluate(options, signal);
    });
};
