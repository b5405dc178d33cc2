import { Argument, Option } from '@commander-js/extra-typings';
import { normalizationHelp } from '../arguments/normalization.ts';
import { threadsHelp, useThreadsOf } from '../arguments/threads.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { RegisterCommand } from '../command.ts';

const EXAMPLES = `
Examples:
  pnpm explain                                          a MNIST-1D test sample, with the embedded model
  pnpm explain mnist1d:7 --class all                    the map of every class, from one run
  pnpm explain textures:3                               an image, with the embedded model of textures
  pnpm explain photo.png --model net/model.json --labels names.txt
  pnpm explain photo.png --model net.h5 --method grad-cam --method integrated-gradients
  pnpm explain slide.tif --model vgg.h5 --layer conv2d_2 --compare
  pnpm explain resnet.onnx --layers                     what --layer can name
  pnpm explain photo.png --model resnet.onnx --layer layer3.5/relu/Relu_2 --normalize imagenet
  pnpm explain slide.tif --model vgg.h5 --layer conv2d_2 --layer conv2d_3 --top-k 3
  pnpm explain signal.npy --model net.h5 --json > explanation.json`;

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
        'an image (PNG, JPEG, TIFF), a .npy array, or a test sample, mnist1d:<index> or textures:<index> (default with an embedded model: its first one)',
      ),
    )
    .option(
      '--model <model>',
      'a TF.js model.json (of layers, or a GraphModel), a Keras .keras or .h5 (or its weights or to_json() text with the other beside it), an .onnx file, or the name of an embedded model (default: the one of the test sample, or mnist1d)',
    )
    .addOption(
      new Option(
        '--method <name>',
        'ablation-cam, or another method; may be given several times (an unknown name lists them)',
      )
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([] as readonly string[], 'ablation-cam'),
    )
    .addOption(
      new Option(
        '--layer <name>',
        'the target layer; given several times, the maps of these layers are averaged',
      )
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([] as readonly string[], 'the last feature map before the output'),
    )
    .option('--output <name>', 'the output to explain, for a model with several')
    .addOption(
      new Option(
        '--class <classes>',
        'predicted, all, or class indices or names, separated by commas',
      ).default('predicted'),
    )
    .addOption(
      new Option('--top-k <n>', 'the n classes with the highest logits, the highest first')
        .argParser(wholeNumber(1))
        .conflicts('class'),
    )
    .addOption(
      new Option(
        '--ablation <value>',
        'zero, zero-kernel, channel-mean, or one number a channel: a,b,c or a .npy file',
      ).default('zero'),
    )
    .addOption(
      new Option('--score <score>', 'what falls')
        .choices(['probability', 'logit'] as const)
        .default('probability' as const),
    )
    .addOption(
      new Option('--weighting <weighting>', '(y - y_k) / |y| or (y - y_k) / ||A_k||')
        .choices(['relative-drop', 'slope'] as const)
        .default('relative-drop' as const),
    )
    .addOption(
      new Option('--norm <p>', 'the norm of slope').choices(['1', '2'] as const).default('2' as const),
    )
    .addOption(
      new Option('--strategy <strategy>', 'all channels together, or one pass through the network a channel')
        .choices(['planned', 'naive'] as const)
        .default('planned' as const),
    )
    .addOption(
      new Option('--backend <backend>', 'TensorFlow.js backend of the forward pass')
        .choices(['auto', 'webgpu', 'onnxruntime', 'wasm', 'cpu'] as const)
        .default('auto' as const),
    )
    .option('--threads <n>', threadsHelp, wholeNumber(1))
    .addOption(
      new Option('--executor <executor>', 'what runs the ablation')
        .choices(['auto', 'webgpu', 'onnxruntime', 'tfjs', 'reference'] as const)
        .default('auto' as const),
    )
    .option('--normalize <how>', normalizationHelp)
    .option(
      '--max-pixels <n>',
      'images of more pixels are refused before they are decoded (default: 89478485)',
      wholeNumber(1),
    )
    .option(
      '--labels <file>',
      'class names: a text file, one a line, a JSON list or map, or metadata.json (default: those of the model or of a file beside it)',
    )
    .option(
      '--layers',
      'list the layers that can be explained by their shortest names, with their shapes, and run nothing; the input is the model',
    )
    .option('--plan', 'print how the channels would be ablated together and what it costs, and run nothing')
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
