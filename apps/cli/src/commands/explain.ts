import { Argument, Option } from '@commander-js/extra-typings';
import { MODEL_HELP } from '../arguments/model-help.ts';
import { explainOptions } from '../arguments/explain-options.ts';
import { threadsHelp, useThreadsOf } from '../arguments/threads.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { RegisterCommand } from '../command.ts';
import { PROGRAM } from '../program-name.ts';

const EXAMPLES = `
Examples:
  ${PROGRAM} explain                                          a MNIST-1D test sample, with the embedded model
  ${PROGRAM} explain mnist1d:7 --class all                    the map of every class, from one run
  ${PROGRAM} explain tissue:3                                 a photograph of tissue, with the embedded model of tissue
  ${PROGRAM} explain photo.png --model net/model.json --labels names.txt
  ${PROGRAM} explain photo.png --model net.h5 --method grad-cam --method integrated-gradients
  ${PROGRAM} explain slide.tif --model vgg.h5 --layer conv2d_2 --compare
  ${PROGRAM} explain resnet.onnx --layers                     what --layer can name
  ${PROGRAM} explain photo.png --model resnet.onnx --layer layer3.5/relu/Relu_2 --normalize imagenet
  ${PROGRAM} explain slide.tif --model vgg.h5 --layer conv2d_2 --layer conv2d_3 --top-k 3
  ${PROGRAM} explain signal.npy --model net.h5 --json > explanation.json`;

/** `explain`: why a model decided as it did about one input. */
export const explain: RegisterCommand = (program, { signal }) => {
  program
    .command('explain')
    .description(
      'Explain one prediction with Ablation-CAM: every channel of a feature map is switched off, all of them in one GPU ' +
        'dispatch, and weighed by how far the class score falls. Or with another method, or several.',
    )
    .addArgument(
      new Argument(
        '[input]',
        'an image (PNG, JPEG, TIFF, WebP), a .npy array, or a test sample, mnist1d:<index>, textures:<index> or tissue:<index> (default with an embedded model: its first one)',
      ),
    )
    .option('--model <model>', `${MODEL_HELP} (default: the one of the test sample, or mnist1d)`)
    .addOption(explainOptions.method())
    .addOption(explainOptions.layer())
    .addOption(explainOptions.output())
    .addOption(explainOptions.class())
    .addOption(explainOptions.topK())
    .addOption(explainOptions.ablation())
    .addOption(explainOptions.score())
    .addOption(explainOptions.weighting())
    .addOption(explainOptions.norm())
    .addOption(explainOptions.strategy())
    .addOption(explainOptions.backend())
    .option('--threads <n>', threadsHelp, wholeNumber(1))
    .addOption(explainOptions.executor())
    .addOption(explainOptions.normalize())
    .addOption(explainOptions.maxPixels())
    .addOption(explainOptions.labels())
    .option(
      '--layers',
      'list the layers that can be explained by their shortest names, with their shapes, and run nothing; the input is the model',
    )
    .option('--plan', 'print how the channels would be ablated together and what it costs, and run nothing')
    .addOption(
      new Option(
        '--adapter <kind>',
        'with --plan: also what is launched on a GPU of that kind, counted, and how long that is estimated to take',
      ).choices(['integrated', 'desktop', 'datacenter'] as const),
    )
    .option('--compare', 'also run the naive loop, and tell the difference and both times')
    .addOption(
      new Option('--out <dir>', 'folder for the pictures and explanation.json').default('explanation'),
    )
    .option('--json', 'print the explanation as JSON and write no files unless --out is given')
    .option(
      '--ablated-scores',
      'with the scores of all classes without each channel in the JSON (Ablation-CAM)',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (input, options, command) => {
      await useThreadsOf(options);
      const { defaultModel } = await import('../explain/open-input.ts');
      const { runExplain } = await import('../explain/run-explain.ts');
      const writesFiles = !options.json || command.getOptionValueSource('out') !== 'default';
      const isRun = !options.layers && !options.plan;
      const model = options.model ?? defaultModel(input, isRun);
      await runExplain({ input, ...options, model, norm: options.norm === '1' ? 1 : 2, writesFiles }, signal);
    });
};
